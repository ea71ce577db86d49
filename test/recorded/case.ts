/** The form of the recorded answers. */

export interface RecordedCase {
  readonly name: string;
  readonly method: string;
  /** As on the wire. */
  readonly path: string;
  /** Latin-1 strings of the bytes on the wire. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expect: {
    readonly status: number;
    readonly body: unknown;
    readonly rawBody?: string;
    readonly html?: boolean;
    readonly empty?: boolean;
  };
  readonly authentik500?: boolean;
  readonly brandLocale?: boolean;
}

export interface RecordedFile {
  readonly release: string;
  readonly cases: readonly RecordedCase[];
}

export interface OurAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}
