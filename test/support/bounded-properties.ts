import fc from 'fast-check';

// A property that fails is tried with smaller and smaller cases. Where each of them takes long, this would go on for hours, and the
// properties that are not asynchronous hear no time-out.
fc.configureGlobal({ interruptAfterTimeLimit: 120_000, markInterruptAsFailure: true });
