using System.Diagnostics;
using System.Text.Json;
using Orchestrator.TestKit;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Peers;

/// <summary>
/// Our client with the official TypeScript worker, and its client with our worker: payloads, failures, memo and search attributes are the
/// same for both.
/// </summary>
public sealed class PeerTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Files = ["package.json", "peers.mjs", "workflows.cjs"];

    private static readonly SemaphoreSlim Installing = new(1, 1);

    [Fact]
    [Trait("Category", "Full")]
    public async Task TypeScriptClient_DrivesOurWorker()
    {
        await PrepareAsync();
        await server.WithWorkerAsync(
            async queue =>
            {
                using var client = Start("client", queue);
                Assert.Equal("passed", await client.StandardOutput.ReadLineAsync(Eventually.Timeout()));
                await client.WaitForExitAsync(Eventually.Timeout());
            },
            options =>
                options
                    .AddWorkflow<PeerWorkflows.Peer>()
                    .AddWorkflow<PeerWorkflows.Failing>()
                    .AddAllActivities(new PeerWorkflows.Activities())
        );
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task OurClient_DrivesTypeScriptWorker()
    {
        await PrepareAsync();
        var queue = $"queue-{Guid.NewGuid()}";
        using var worker = Start("worker", queue);
        try
        {
            Assert.Equal("ready", await worker.StandardOutput.ReadLineAsync(Eventually.Timeout()));
            await DriveAsync(queue);
        }
        finally
        {
            worker.StandardInput.Close();
            await worker.WaitForExitAsync(Eventually.Timeout());
        }
    }

    private async Task DriveAsync(string queue)
    {
        var client = server.Client;
        var options = TestServer.Start(queue);
        options.Memo = new Dictionary<string, object> { ["note"] = new Dictionary<string, bool[]> { ["deep"] = [true] } };
        options.TypedSearchAttributes = new SearchAttributeCollection.Builder()
            .Set(PeerWorkflows.Keyword, "red")
            .ToSearchAttributeCollection();
        var bytes = "bytes"u8.ToArray();
        int[] numbers = [1, 2, 3];
        var handle = await client.StartWorkflowAsync(
            (PeerWorkflows.Peer peer) => peer.RunAsync(new("box", 5, numbers, null), bytes),
            options
        );
        await handle.SignalAsync(peer => peer.AddAsync(2));
        Assert.Equal(7, await handle.QueryAsync(peer => peer.Total));
        Assert.Equal(7, await handle.ExecuteUpdateAsync(peer => peer.ChangeAsync(40)));
        var rejected = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
            handle.ExecuteUpdateAsync(peer => peer.ChangeAsync(-3))
        );
        var range = Assert.IsType<ApplicationFailureException>(rejected.InnerException);
        Assert.Equal(("below zero", "Range", -3), (range.Message, range.ErrorType, range.Details.ElementAt<int>(0)));
        await handle.SignalAsync(peer => peer.FinishAsync());
        var output = await handle.GetResultAsync();
        Assert.Equal(("box 1+2+3 bytes", 40, null, "red"), (output.Text, output.Total, output.Nothing, output.Keyword));
        Assert.Equal("""{"deep":[true]}""", JsonSerializer.Serialize(output.Note));
        Assert.Equal("red", (await handle.DescribeAsync()).TypedSearchAttributes.Get(PeerWorkflows.Keyword));

        var broke = await FailureAsync(queue, "workflow");
        var application = Assert.IsType<ApplicationFailureException>(broke);
        Assert.Equal(("workflow broke", "PeerFailure", true), (application.Message, application.ErrorType, application.NonRetryable));
        Assert.Equal("b", application.Details.ElementAt<Dictionary<string, string>>(1)["a"]);
        Assert.Equal("the cause", application.InnerException?.Message);
        Assert.Contains("workflows.cjs", application.StackTrace, StringComparison.Ordinal);

        var activity = Assert.IsType<ActivityFailureException>(await FailureAsync(queue, "activity"));
        Assert.Equal(("break", RetryState.MaximumAttemptsReached), (activity.ActivityType, activity.RetryState));
        Assert.Equal("ActivityBroke", Assert.IsType<ApplicationFailureException>(activity.InnerException).ErrorType);
    }

    private async Task<Exception?> FailureAsync(string queue, string how)
    {
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() =>
            server.Client.ExecuteWorkflowAsync((PeerWorkflows.Failing failing) => failing.RunAsync(how), TestServer.Start(queue))
        );
        return failed.InnerException;
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Peers");

    private async Task PrepareAsync()
    {
        var attributes = await server.Client.OperatorService.ListSearchAttributesAsync(
            new() { Namespace = server.Client.Options.Namespace }
        );
        if (!attributes.CustomAttributes.ContainsKey(PeerWorkflows.Keyword.Name))
        {
            await server.Client.OperatorService.AddSearchAttributesAsync(
                new AddSearchAttributesRequest
                {
                    Namespace = server.Client.Options.Namespace,
                    SearchAttributes = { [PeerWorkflows.Keyword.Name] = IndexedValueType.Keyword },
                }
            );
        }

        await Installing.WaitAsync();
        try
        {
            Assert.All(Files, file => Assert.True(File.Exists(Path.Combine(Folder, file)), file));
            if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
            {
                using var install = Run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"]);
                install.StandardInput.Close();
                using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
                await install.WaitForExitAsync(limit.Token);
                Assert.Equal(0, install.ExitCode);
            }
        }
        finally
        {
            Installing.Release();
        }
    }

    private Process Start(string role, string queue) => Run("node", ["peers.mjs", role, server.Address, queue]);

    private static Process Run(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }
}
