/**
 * In place of gaxios. The lifecycle shell would use gaxios for writes that the operator never lets it make
 * (docs/adr/0004).
 */
export const instance = {
  request(): never {
    throw new Error('the lifecycle shell writes nothing');
  },
};
