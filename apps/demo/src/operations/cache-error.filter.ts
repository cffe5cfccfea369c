import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { CacheError, type CacheErrorCode } from 'nuthatch/engine';

const STATUS_CODES: Partial<Record<CacheErrorCode, number>> = {
  undo_conflict: 409,
  store_failed: 503,
  load_timeout: 503,
  closed: 503,
};

/** Answers errors of the cache: 409 where an undo would overwrite a later change, 503 where a write could not be kept or a load took too long. */
@Catch(CacheError)
export class CacheErrorFilter implements ExceptionFilter<CacheError> {
  catch(error: CacheError, host: ArgumentsHost): void {
    const statusCode = STATUS_CODES[error.code] ?? 500;
    const body = { statusCode, error: error.code, message: error.message };
    host.switchToHttp().getResponse<Response>().status(statusCode).json(body);
  }
}
