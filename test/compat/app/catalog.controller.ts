import {
  Controller,
  Get,
  HttpException,
  Post,
  Query,
  Res,
  StreamableFile,
  type Type,
  UseInterceptors,
} from '@nestjs/common';
import type { CacheKeyFactory, CacheTTLFactory } from '@nestjs/cache-manager';
import type { Face } from './face.js';

interface Writable {
  json(body: unknown): void;
}

const byLanguage: CacheKeyFactory = (context) => {
  const { query } = context.switchToHttp().getRequest<{ query: { lang?: string } }>();
  return `greeting-${query.lang ?? 'en'}`;
};
const oneMinute: CacheTTLFactory = () => Promise.resolve(60_000);

/** How often each handler has run. */
class Runs {
  private readonly counts = new Map<string, number>();

  next(name: string): number {
    const run = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, run);
    return run;
  }

  all(): unknown {
    return Object.fromEntries(this.counts);
  }
}

/** What is for everybody: every answer tells how often its handler has run. */
export function catalogOf(face: Face): readonly Type<unknown>[] {
  const runs = new Runs();
  return [listsOf(face, runs), postsOf(face, runs), oddOf(face, runs)];
}

function listsOf({ CacheInterceptor, CacheKey, CacheTTL }: Face, runs: Runs): Type<unknown> {
  @Controller('catalog')
  @CacheTTL(oneMinute)
  @UseInterceptors(CacheInterceptor)
  class ListController {
    @Get('list')
    list(): unknown {
      return { run: runs.next('list'), items: [{ name: 'nut', added: new Date(0) }] };
    }

    @Get('named')
    @CacheKey('the-named')
    @CacheTTL(5000)
    named(): unknown {
      return { run: runs.next('named') };
    }

    @Get('greeting')
    @CacheKey(byLanguage)
    greeting(@Query('lang') lang: string): unknown {
      return { run: runs.next('greeting'), lang };
    }

    @Get('runs')
    @CacheKey(() => undefined)
    counts(): unknown {
      return runs.all();
    }
  }
  return ListController;
}

function postsOf({ CacheInterceptor, CacheKey }: Face, runs: Runs): Type<unknown> {
  @Controller('catalog')
  @UseInterceptors(CacheInterceptor)
  class PostController {
    @Post('search')
    search(): unknown {
      return { run: runs.next('search') };
    }

    @Post('report')
    @CacheKey('report')
    report(): unknown {
      return { run: runs.next('report') };
    }
  }
  return PostController;
}

function oddOf({ CacheInterceptor }: Face, runs: Runs): Type<unknown> {
  @Controller('catalog')
  @UseInterceptors(CacheInterceptor)
  class OddController {
    @Get('nothing')
    nothing(): null {
      runs.next('nothing');
      return null;
    }

    @Get('broken')
    broken(): never {
      throw new HttpException(`run ${runs.next('broken')}`, 409);
    }

    @Get('file')
    file(): StreamableFile {
      return new StreamableFile(Buffer.from(`run ${runs.next('file')}`));
    }

    @Get('by-hand')
    byHand(@Res() response: Writable): void {
      response.json({ run: runs.next('by-hand') });
    }
  }
  return OddController;
}
