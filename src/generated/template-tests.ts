// Generated from schemas/template-tests.json. Do not edit: change the schema and run `npm run generate`.

/**
 * Cases for the templates of a connection: a record in, the expected request body; a response in, the expected columns.
 */
export interface TemplateTests {
  $schema?: string;
  /**
   * The connection settings, or the path of their file from the folder of this one. Credentials and region are not needed.
   */
  config:
    | {
        [k: string]: unknown;
      }
    | string;
  /**
   * @minItems 1
   */
  cases: TemplateTestCase[];
}

export interface TemplateTestCase {
  /**
   * What the case shows.
   */
  name: string;
  /**
   * The row.
   */
  record: unknown;
  /**
   * The whole request body that the row becomes; the order of keys does not count.
   */
  expected_body?: {
    [k: string]: unknown;
  };
  /**
   * What the model answers: a body as JSON, or any text.
   */
  response?: unknown;
  /**
   * Headers of the response, such as x-amzn-bedrock-input-token-count.
   */
  headers?: {
    [k: string]: string | number;
  };
  /**
   * All output columns of the row, without _bedrock.
   */
  expected_columns?: {
    [k: string]: unknown;
  };
  /**
   * Keys of _bedrock with the values that they are to have; other keys are not compared.
   */
  expected_outcome?: {
    [k: string]: unknown;
  };
  /**
   * The code of the error that the row is to end with, such as missing_column.
   */
  expected_error?: string;
}
