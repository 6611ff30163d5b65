using System.Globalization;
using Orchestrator.Temporal.Sdk.Tests.Replay;
using Orchestrator.Temporal.Sdk.Tests.Stress;

// The test assembly is also a program: a worker that tests kill, and what benchmarks measure of the scripted workflows.
return args switch
{
    ["stress-worker", var address, var queue, var cachedRuns] => await StressWorker.RunAsync(
        address,
        queue,
        int.Parse(cachedRuns, CultureInfo.InvariantCulture)
    ),
    ["long-histories", var folder] => await LongReplay.WriteAsync(folder),
    ["replay-long", var repetitions] => await LongReplay.RunAsync(int.Parse(repetitions, CultureInfo.InvariantCulture)),
    _ => 2,
};
