/** Instead of gaxios, by which the lifecycle shell would write what the operator never lets it write (docs/adr/0004). */
export const instance = {
  request(): never {
    throw new Error('the lifecycle shell writes nothing');
  },
};
