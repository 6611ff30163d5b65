using Orchestrator.App.Hosting;
using Samples.Worker;
using Temporalio.Client;
using Temporalio.Worker;

// A worker of another application, which also executes runs of one repository. README.md has its variables.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
var client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(Setting("TEMPORAL_ADDRESS")));
var options = new TemporalWorkerOptions("releases")
{
    Plugins = [new OrchestrateWorkerPlugin([Setting("REPOSITORY")], Environment.GetEnvironmentVariable("ORCHESTRATE"))],
};
options.AddWorkflow<ReleaseWorkflow>();
options.AddActivity(ReleaseActivities.Announce);
using var worker = new TemporalWorker(client, options);
try
{
    await worker.ExecuteAsync(stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    // Stopped by Ctrl+C.
}

static string Setting(string name) =>
    Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : throw new InvalidOperationException($"{name} is not set.");
