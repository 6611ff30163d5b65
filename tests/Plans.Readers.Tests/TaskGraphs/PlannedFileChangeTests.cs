using System.Text;
using Orchestrator.Plans.Readers.TaskGraphs;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests.TaskGraphs;

public sealed class PlannedFileChangeTests
{
    private const string Plan = """
        tasks:
          - id: a
            description: A
            files_write: []
            resources_write: [table:users, "route:/api"]
            patch_intents:
              - {file: main.py, action: add_router, intent: {router_import: users.router, prefix: /api, tags: [users, v1]}}
              - {file: main.py, action: add_middleware, intent: {middleware_class: Gzip}}
              - {file: config.py, action: add_config, intent: {key: DB_URL, default: null}}
              - {file: deps.py, action: add_dependency, intent: {function_name: get_store, returns: {type: Store}}}
              - {file: notes.md, action: note, intent: as words}
          - id: b
            description: B
            files_write: []
            patch_intents: [{file: other.py, action: add_router, intent: {prefix: /api}}]
        """;

    [Fact]
    public void Read_IntentInMembers_IsToldInWordsAndImpliesResources()
    {
        var read = TaskGraphReader.Read(Encoding.UTF8.GetBytes(Plan), "tasks.yaml");

        Assert.Empty(read.Errors);
        var task = read.Plan!.Tasks[0];
        Assert.Equal(["table:users", "route:/api", "middleware:Gzip", "config:DB_URL", "di:get_store"], task.ResourcesWrite);
        Assert.Equal(
            [
                "router_import: users.router, prefix: /api, tags: [users, v1]",
                "middleware_class: Gzip",
                "key: DB_URL, default: null",
                "function_name: get_store, returns: {type: Store}",
                "as words",
            ],
            task.PatchIntents.Select(patch => patch.Intent)
        );
    }

    /// <summary>A router without a prefix answers from the root, as the tool that this format is of has it.</summary>
    [Theory]
    [InlineData("{file: main.py, action: add_router, intent: {router_import: users.router}}", "route:/")]
    [InlineData("{file: main.py, action: add_router, intent: {router_import: users.router, prefix: null}}", "route:/")]
    [InlineData("{file: main.py, action: add_router}", "route:/")]
    [InlineData("{file: main.py, action: add_router, intent: {prefix: /api}}", "route:/api")]
    [InlineData("{file: main.py, action: add_router, intent: mount it below /api}")]
    [InlineData("{file: main.py, action: add_import, intent: {name: users}}")]
    public void Read_RouterWithoutAPrefix_IsAtTheRoot(string intent, params string[] resources)
    {
        var plan = "tasks: [{id: a, description: A, files_write: [], patch_intents: [" + intent + "]}]";

        var read = TaskGraphReader.Read(plan, "tasks.yaml").Plan!;
        var again = TaskGraphReader.Read(PlanJson.WriteIndented(read), "printed.json").Plan!;

        Assert.Equal(resources, read.Tasks[0].ResourcesWrite);
        Assert.Equal(resources, again.Tasks[0].ResourcesWrite);
    }

    /// <summary>Two tasks that add the same route are distinguished, although they add it in different files.</summary>
    [Fact]
    public void Read_TwoTasksAddOneRoute_IsAConflict() =>
        Assert.Contains(
            TaskOwnershipConflictResult.Of(TaskGraphReader.Read(Encoding.UTF8.GetBytes(Plan), "tasks.yaml").Plan!).Conflicts,
            conflict => conflict.Message.Contains("route:/api", StringComparison.Ordinal)
        );
}
