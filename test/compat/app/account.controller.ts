import {
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  type NestInterceptor,
  Post,
  type Type,
  UseInterceptors,
} from '@nestjs/common';
import type { Face } from './face.js';

interface AccountRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** An interceptor with a key, methods and a header of its own. */
function interceptorOf({ CacheInterceptor }: Face): Type<NestInterceptor> {
  @Injectable()
  class AccountInterceptor extends CacheInterceptor {
    protected override allowedMethods = ['GET', 'POST'];

    protected override trackBy(context: ExecutionContext): string | undefined {
      const request = context.switchToHttp().getRequest<AccountRequest>();
      const user = request.headers['x-account'];
      return user !== undefined && this.isRequestCacheable(context)
        ? `${user}-${request.method}-${request.url}`
        : undefined;
    }

    protected override isRequestCacheable(context: ExecutionContext): boolean {
      const { url } = context.switchToHttp().getRequest<AccountRequest>();
      return !url.includes('private') && super.isRequestCacheable(context);
    }

    protected override setHeadersWhenHttp(context: ExecutionContext, value: unknown): void {
      super.setHeadersWhenHttp(context, value);
      const { httpAdapter } = this.httpAdapterHost;
      httpAdapter.setHeader(context.switchToHttp().getResponse(), 'X-Account-Cache', 'looked');
    }
  }
  return AccountInterceptor;
}

/** What is somebody's own. */
export function accountOf(face: Face): Type<unknown> {
  @Controller('account')
  @UseInterceptors(interceptorOf(face))
  class AccountController {
    private runs = 0;

    @Get()
    read(): unknown {
      return { run: ++this.runs };
    }

    @Post('sum')
    sum(): unknown {
      return { run: ++this.runs };
    }

    @Get('private')
    own(): unknown {
      return { run: ++this.runs };
    }
  }
  return AccountController;
}
