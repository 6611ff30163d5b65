using System.Text;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The sample of a worker of another application, with the plugin that executes runs.</summary>
public sealed class WorkerPluginTests
{
    [Fact]
    public async Task Plugin_WorkflowOfAnApplication_StartsARunAsItsChild()
    {
        await using var place = await ForeignWorkplace.CreateAsync("tasks: [{id: other, prompt: another file}]\n", hasWorker: false);
        using var stop = new CancellationTokenSource();
        var output = new StringBuilder();
        var worker = ForeignWorkplace.RunUntilStoppedAsync(
            new ProcessCommand("dotnet", RepositoryFiles.BuiltProgram("samples/worker", "worker.dll"))
            {
                Environment = new Dictionary<string, string?>(place.Variables)
                {
                    ["TEMPORAL_ADDRESS"] = place.Address,
                    ["REPOSITORY"] = place.Repository.Path,
                    ["ORCHESTRATE"] = OrchestrateProgram.Path,
                },
            },
            line => output.AppendLine(line),
            stop.Token
        );
        var announcing = place.Client.ExecuteWorkflowAsync<string>(
            "ReleaseWorkflow",
            [place.Repository.Path, "1.2.0"],
            new WorkflowOptions("notes-1.2.0", "releases")
        );
        try
        {
            var first = await Task.WhenAny(announcing, worker).WaitAsync(TimeSpan.FromMinutes(2));
            Assert.True(first == announcing, $"The worker ended:\n{output}");

            var landed = (await place.Repository.GitAsync("rev-parse", "main")).Trim();
            Assert.Equal($"1.2.0 is out, with notes in {landed}.", await announcing);
            Assert.Equal("done\n", await File.ReadAllTextAsync(place.Repository["notes.txt"]));
            var run = await place.Client.GetWorkflowHandle("release-1.2.0").DescribeAsync();
            Assert.Equal("notes-1.2.0", run.ParentId);
        }
        finally
        {
            await stop.CancelAsync();
            await worker.WaitAsync(Eventually.Limit);
        }
    }
}
