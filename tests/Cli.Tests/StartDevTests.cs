using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Console;
using Orchestrator.TestKit;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Testing;
using Temporalio.Worker;
using Temporalio.Workflows;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Official SDKs start our server by its path, as they do the programs that they download otherwise.</summary>
public sealed class StartDevTests
{
    private static readonly SearchAttributeKey<string> Color = SearchAttributeKey.CreateKeyword("Color");

    [Fact]
    public async Task StartLocal_OurProgramByItsPath_RunsAWorkflowAndFindsItByItsAttribute()
    {
        await using var environment = await WorkflowEnvironment.StartLocalAsync(
            new()
            {
                DevServerOptions = new() { ExistingPath = OrchestrateProgram.Path },
                SearchAttributes = [Color],
            }
        );

        var said = await RunAsync(environment, TimeSpan.FromMilliseconds(1), new SearchAttributeCollection.Builder().Set(Color, "red"));

        var found = await environment.Client.CountWorkflowsAsync("Color = 'red'");
        Assert.Equal(("slept", 1), (said, found.Count));
    }

    [Fact]
    public async Task Check_OfAServerWithoutOurAttributes_SaysWhichAreMissingAndHowTheyAreAdded()
    {
        await using var environment = await WorkflowEnvironment.StartLocalAsync(
            new() { DevServerOptions = new() { ExistingPath = OrchestrateProgram.Path } }
        );
        using var cli = new CliFixture().WithRepository();
        cli.Environment["TEMPORAL_ADDRESS"] = environment.Client.Connection.Options.TargetHost!;

        var before = await cli.RunAsync("check", "--json");
        await environment.Client.OperatorService.AddSearchAttributesAsync(
            new Temporalio.Api.OperatorService.V1.AddSearchAttributesRequest
            {
                Namespace = environment.Client.Options.Namespace,
                SearchAttributes = { Messages.RunSearchAttributes.Types.ToDictionary() },
            }
        );
        var after = await cli.RunAsync("check", "--json");

        Assert.Contains("--name OrchestrateState --type Keyword", before.Output, StringComparison.Ordinal);
        Assert.Contains("--name OrchestrateRepository --type Keyword", before.Output, StringComparison.Ordinal);
        Assert.Contains("--name OrchestrateNeedsAttention --type Bool", before.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("search-attribute", after.Output, StringComparison.Ordinal);
    }

    /// <summary>The documented script of one line, to which the SDK passes the port and the flag.</summary>
    [Fact]
    public async Task StartTimeSkipping_ScriptOfThePage_SkipsADay()
    {
        using var folder = new TempFolder();
        var script = folder.WriteProgram("test-server", Script().Replace("exec orchestrate", $"exec '{OrchestrateProgram.Path}'"));
        await using var environment = await WorkflowEnvironment.StartTimeSkippingAsync(
            new() { TestServer = new() { ExistingPath = script } }
        );
        var began = await environment.GetCurrentTimeAsync();

        var said = await RunAsync(environment, TimeSpan.FromDays(1));

        Assert.Equal("slept", said);
        Assert.True(await environment.GetCurrentTimeAsync() - began >= TimeSpan.FromDays(1));
    }

    [Fact]
    public async Task StartDev_NamespacesAndSettings_AreThereFromTheFirstCallAndTheLogIsJson()
    {
        using var cli = new CliFixture();
        using var interrupts = new InterruptHandler();
        var terminal = new RecordingTerminal();
        var serving = cli.RunAsync(
            terminal,
            interrupts,
            [
                .. (string[])["server", "start-dev", "-p", "0", "-n", "shop", "-n", "default", "--db-filename", "kept.db"],
                .. (string[])
                    [
                        "--dynamic-config-value",
                        "limit.blobSize.error=10",
                        "--dynamic-config-value",
                        "a.b=true",
                        "--dynamic-config-value",
                        "frontend.WorkerCommandsEnabled=true",
                        "--http-port",
                        "1",
                        "--sqlite-pragma",
                        "a=b",
                    ],
                .. (string[])["--search-attribute", "Age=Int", "--ui-port", "8233", "--log-level", "info", "--log-format", "json"],
            ]
        );
        await Wait.UntilAsync(() => terminal.People.Contains("no Web UI", StringComparison.Ordinal));
        var said = terminal.People.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        var address = ((string)said[0]["Text"]!).Split(' ')[3].TrimEnd(',');
        var client = await TemporalClient.ConnectAsync(new(address) { Namespace = "shop" });

        var attributes = await client.Connection.OperatorService.ListSearchAttributesAsync(new() { Namespace = "shop" });
        var described = await client.Connection.WorkflowService.DescribeNamespaceAsync(new() { Namespace = "shop" });
        var refused = await Assert.ThrowsAsync<Temporalio.Exceptions.RpcException>(() =>
            client.StartWorkflowAsync("Any", ["longer than ten bytes"], new("id", "queue"))
        );
        interrupts.Raise();
        var served = await serving;

        Assert.Equal(IndexedValueType.Int, attributes.CustomAttributes["Age"]);
        Assert.True(described.NamespaceInfo.Capabilities.WorkerCommands);
        Assert.Equal(Temporalio.Exceptions.RpcException.StatusCode.InvalidArgument, refused.Code);
        Assert.Equal(0, served.ExitCode);
        Assert.Contains("--http-port has no effect", terminal.People, StringComparison.Ordinal);
        Assert.Contains("--sqlite-pragma has no effect", terminal.People, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(cli.Folder, "kept.db")));
    }

    [Theory]
    [InlineData("--log-level loud", "'loud'")]
    [InlineData("--search-attribute Age=Number", "the type 'Number' is unknown")]
    [InlineData("--search-attribute Age", "'Age' has no value")]
    [InlineData("--search-attribute WorkflowId=Text", "WorkflowId is reserved")]
    [InlineData("--dynamic-config-value limit.blobSize.error=many", "'many', which is not a number")]
    [InlineData("--dynamic-config-value frontend.WorkflowPauseEnabled=maybe", "'maybe', which is neither true nor false")]
    [InlineData("--dynamic-config-value system.enableCancelActivityWorkerCommand=1", "'1', which is neither true nor false")]
    [InlineData("--ip 0.0.0.0", "--ip 0.0.0.0 can be reached from other machines")]
    [InlineData("--ip here", "--ip: 'here' is not an IP address")]
    public async Task StartDev_WhatIsNotHere_IsRefusedWithASentence(string options, string said)
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync(["server", "start-dev", "-p", "0", .. options.Split(' ')]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(said, result.People, StringComparison.Ordinal);
    }

    /// <summary>The script on the page for users.</summary>
    private static string Script()
    {
        var page = File.ReadAllText(RepositoryFiles.Path("docs/how-to/temporal-tests.md"));
        var begin = page.IndexOf("#!/bin/sh\n", StringComparison.Ordinal);
        return page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)];
    }

    private static async Task<string> RunAsync(
        WorkflowEnvironment environment,
        TimeSpan sleep,
        SearchAttributeCollection.Builder? attributes = null
    )
    {
        using var worker = new TemporalWorker(environment.Client, new TemporalWorkerOptions("sleepers").AddWorkflow<SleepWorkflow>());
        return await worker.ExecuteAsync(() =>
            environment.Client.ExecuteWorkflowAsync(
                (SleepWorkflow workflow) => workflow.RunAsync(sleep),
                new("sleeper", "sleepers") { TypedSearchAttributes = attributes?.ToSearchAttributeCollection() }
            )
        );
    }

    /// <summary>Sleeps.</summary>
    [Workflow]
    public sealed class SleepWorkflow
    {
        [WorkflowRun]
        public async Task<string> RunAsync(TimeSpan time)
        {
            await Workflow.DelayAsync(time);
            return "slept";
        }
    }
}
