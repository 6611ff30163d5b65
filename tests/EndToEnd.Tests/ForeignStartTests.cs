using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.TestKit;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit;
using YamlDotNet.Serialization;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A run that nobody started with our command: a server, a worker, and a client that knows nothing but Temporal.</summary>
public sealed class ForeignStartTests
{
    private const string Plan = """
        request: Two files
        tasks:
          - {id: a, prompt: write a, files_write: [a.txt], verification: [test -s a.txt]}
          - {id: b, prompt: write b, files_write: [b.txt], depends_on: [a], verification: [test -s a.txt -a -s b.txt]}
        """;

    /// <summary>The same plan in other words of the grammar, as a program would send it.</summary>
    private const string PlanAsData = """
        {"goal": "Two files", "tasks": {
          "a": {"prompt": "write a", "files_write": "a.txt", "verify": "test -s a.txt", "timeout": "10m"},
          "b": {"instructions": "write b", "filesWrite": ["b.txt"], "dependencies": "a", "verify": ["test -s a.txt -a -s b.txt"]}}}
        """;

    /// <summary>Plans that are shown to people, each with the tasks that it has.</summary>
    private static readonly (string File, string[] Tasks)[] Samples =
    [
        ("samples/plans/login/tasks.yaml", ["auth-service", "auth-routes", "login-docs"]),
        ("samples/plans/todo-app/tasks.json", ["store", "api", "page"]),
        ("samples/greeter/repository/tasks.yaml", ["words", "hello", "goodbye", "command", "tests"]),
        ("tests/EndToEnd.Tests/Seeds/task-graph/tasks.yaml", ["task-auth-service", "task-auth-routes"]),
    ];

    [Theory]
    [InlineData("planFile", "\"tasks.yaml\"")]
    [InlineData("plan", PlanAsData)]
    public async Task Start_ByWorkflowTypeAndJson_RunsOnAWorkerOfTheRepository(string member, string plan)
    {
        await using var place = await ForeignWorkplace.CreateAsync(Plan);

        var handle = await place.StartAsync(member, JsonNode.Parse(plan)!);
        var result = await handle.GetResultAsync<JsonElement>().WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal("completed", result.GetProperty("state").GetString());
        Assert.Equal("done\n", await File.ReadAllTextAsync(place.Repository["b.txt"]));
        var listed = await handle.Client.CountWorkflowsAsync($"OrchestrateState = 'completed' AND WorkflowId = '{handle.Id}'");
        Assert.Equal(1, listed.Count);
    }

    [Fact]
    public async Task Start_WithEverySamplePlanInIt_HasTheTasksOfItsFile()
    {
        await using var place = await ForeignWorkplace.CreateAsync(Plan);
        // A gate of the last plan names it, and no task writes it.
        await place.Repository.CommitAsync("tests", ("tests/test_auth_routes.py", "def test_route():\n    pass\n"));

        foreach (var (file, tasks) in Samples)
        {
            var handle = await place.StartAsync("plan", DataOf(file), new WorkflowOptions { StartSignal = "pause", StartSignalArgs = [] });
            var run = new RunClient(handle.Client).Get(handle.Id);
            RunStatus? status = null;
            await foreach (var _ in run.ChangesAsync(Eventually.Timeout()))
            {
                status = await run.StatusAsync();
                if (status.TaskCount > 0)
                {
                    break;
                }
            }
            Assert.False(RunStateNames.IsFinal(status!.State), $"{file}: {status.State}, {status.Reason}");
            await handle.SignalAsync("cancel", []);

            Assert.Equal(tasks, status!.Tasks.Select(task => task.Id));
        }
    }

    [Fact]
    public async Task Watch_RunThatIsTerminated_EndsWithThatState()
    {
        await using var place = await ForeignWorkplace.CreateAsync(Plan);
        var handle = await place.StartAsync("planFile", "tasks.yaml", new WorkflowOptions { StartSignal = "pause", StartSignalArgs = [] });

        var changes = new List<RunStatusChange>();
        await foreach (var change in new RunClient(handle.Client).Get(handle.Id).WatchAsync(Eventually.Timeout()))
        {
            changes.Add(change);
            if (change.Status.TaskCount > 0 && !RunStateNames.IsFinal(change.Status.State))
            {
                await handle.TerminateAsync("not needed");
            }
        }

        Assert.Null(changes[0].PreviousState);
        Assert.Equal(RunStateNames.Terminated, changes[^1].Status.State);
        Assert.True(changes[^1].IsNewState);
        Assert.Single(changes, change => RunStateNames.IsFinal(change.Status.State));
    }

    [Fact]
    public async Task Start_WithAFaultInItsPlan_FailsWithTheFieldAndTheCure()
    {
        await using var place = await ForeignWorkplace.CreateAsync(Plan);

        var handle = await place.StartAsync("plan", JsonNode.Parse("""[{"id": "a", "description": "A", "depends_on": ["bb"]}]""")!);
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() =>
            handle.GetResultAsync<JsonElement>().WaitAsync(Eventually.Limit)
        );

        Assert.Contains(
            "plan: error unknown-dependency: [tasks[0].depends_on[0]]",
            failed.InnerException!.Message,
            StringComparison.Ordinal
        );
    }

    // What a program sends that has read the file with any library.
    private static JsonNode DataOf(string file)
    {
        var text = File.ReadAllText(RepositoryFiles.Path(file));
        return JsonNode.Parse(
            file.EndsWith(".json", StringComparison.Ordinal)
                ? text
                : new SerializerBuilder().JsonCompatible().Build().Serialize(new DeserializerBuilder().Build().Deserialize(text))
        )!;
    }
}
