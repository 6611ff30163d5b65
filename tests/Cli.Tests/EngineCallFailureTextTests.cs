using System.Text.Json.Nodes;
using Orchestrator.Cli.Console;
using Orchestrator.TestKit.Rpc;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Calls to the engine that fail, in words and with a cure.</summary>
public sealed class EngineCallFailureTextTests
{
    private const string TimedOut = "query timed out before a worker could process it";

    /// <summary>A busy machine: its worker answers the first queries too late.</summary>
    [Fact]
    public async Task Run_QueriesTimeOutAtFirst_WaitsAndCompletes()
    {
        using var cli = RunCommandTests.Repository("echo x > a.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        await cli.TrustAsync();
        using var interrupts = new InterruptHandler();
        var terminal = new RecordingTerminal();
        var serving = cli.RunAsync(terminal, interrupts, ["server", "start-dev", "-p", "0", "--log-format", "json"]);
        await Wait.UntilAsync(() => terminal.People.Contains("no Web UI", StringComparison.Ordinal));
        var said = (string)JsonNode.Parse(terminal.People.Split('\n')[0])!["Text"]!;
        await using var proxy = await RpcProxy.StartAsync(said.Split(' ')[3].TrimEnd(','));
        proxy.Handle = call => call is { Method: "QueryWorkflow", Number: <= 3 } ? call.FailAsync(4, TimedOut) : call.PassAsync();

        var run = await cli.RunAsync("run", "--yes", "--address", proxy.Address);
        interrupts.Raise();
        await serving;

        Assert.True(run.ExitCode == 0, run.People);
        Assert.True(proxy.Calls["QueryWorkflow"] > 3);
    }

    [Theory]
    [InlineData(RpcException.StatusCode.DeadlineExceeded, TimedOut, 5, "No worker answered", "run the command again")]
    [InlineData(RpcException.StatusCode.FailedPrecondition, "not ready", 5, "No worker answered", "run the command again")]
    [InlineData(
        RpcException.StatusCode.Unavailable,
        "connection refused",
        5,
        "The connection to the engine was lost",
        "Run the command again"
    )]
    [InlineData(RpcException.StatusCode.Unauthenticated, "who", 5, "refused the credentials", "temporal.api_key")]
    [InlineData(RpcException.StatusCode.NotFound, "gone", 2, "The run is unknown to the engine", "orchestrate history")]
    [InlineData(RpcException.StatusCode.Internal, "oops", 5, "refused the call", "engine.log")]
    public void Of_RefusalOfTheEngine_HasASentenceWithTheCure(
        RpcException.StatusCode code,
        string message,
        int exitCode,
        string sentence,
        string cure
    )
    {
        var fault = EngineCallFailureText.Of(new RpcException(code, message, rawStatus: null))!;

        Assert.Equal(exitCode, (int)fault.Outcome);
        Assert.Contains(sentence, fault.Message, StringComparison.Ordinal);
        Assert.EndsWith($": {message}.", fault.Message, StringComparison.Ordinal);
        Assert.Contains(cure, fault.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_OtherException_IsNotDescribed() => Assert.Null(EngineCallFailureText.Of(new IOException("disk")));
}
