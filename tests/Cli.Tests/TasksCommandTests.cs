using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class TasksCommandTests
{
    /// <summary>No run would find it there.</summary>
    [Fact]
    public async Task Add_OutsideOfARepository_BeginsNoBacklog()
    {
        using var cli = new CliFixture();

        var added = await cli.RunAsync("add", "Something");

        Assert.Equal(2, added.ExitCode);
        Assert.Contains("is not in a git repository", added.People, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(cli.Folder));
    }

    [Fact]
    public async Task Tasks_FromAddToDone_AreKeptInOurFile()
    {
        using var cli = new CliFixture().WithRepository();

        Assert.Equal(0, (await cli.RunAsync("add", "Implement user authentication with JWT tokens")).ExitCode);
        var second = await cli.RunAsync("tasks", "add", "Second", "--dependencies", "1", "--priority", "high", "--json");
        Assert.Equal((2, "Second"), ((int)second.Json["task"]!["id"]!, (string)second.Json["task"]!["title"]!));
        Assert.Equal(0, (await cli.RunAsync("tasks", "add", "Part", "--parent", "2")).ExitCode);
        Assert.Equal(1, (int)(await cli.RunAsync("next", "--json")).Json["task"]!["id"]!);

        Assert.Equal(0, (await cli.RunAsync("set-status", "--id=1", "--status=done")).ExitCode);
        Assert.Equal(2, (int)(await cli.RunAsync("tasks", "next", "--json")).Json["task"]!["id"]!);
        Assert.Equal(0, (await cli.RunAsync("tasks", "set-status", "2.1,2", "completed")).ExitCode);
        var nothing = await cli.RunAsync("next", "--json");
        Assert.Equal(0, nothing.ExitCode);
        Assert.True(nothing.Json.AsObject().ContainsKey("task") && nothing.Json["task"] is null);

        var list = await cli.RunAsync("tasks", "list", "--json", "--status", "done");
        Assert.Equal(2, list.Json["tasks"]!.AsArray().Count);
        Assert.Equal("done", (string)(await cli.RunAsync("tasks", "show", "2.1", "--json")).Json["task"]!["status"]!);
        Assert.Equal(
            ["README.md", ".orchestrator/tasks.json"],
            Directory
                .EnumerateFiles(cli.Folder, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(cli.Folder, f))
                .Where(f => !f.StartsWith(".git", StringComparison.Ordinal))
                .OrderBy(f => f.Length)
        );
    }

    [Fact]
    public async Task Tasks_TaskMasterFile_IsWrittenBackInItsOwnFormat()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".taskmaster/state.json", """{"currentTag":"feature"}""");
        cli.Write(
            ".taskmaster/tasks/tasks.json",
            """{"master":{"tasks":[]},"feature":{"tasks":[{"id":1,"title":"A","status":"pending","mine":1}]}}"""
        );

        Assert.Equal(0, (await cli.RunAsync("tasks", "update", "1", "--title", "B")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("tasks", "add", "C", "--tag", "master")).ExitCode);

        var file = JsonNode.Parse(cli.Read(".taskmaster/tasks/tasks.json"))!;
        Assert.Equal(("B", 1), ((string)file["feature"]!["tasks"]![0]!["title"]!, (int)file["feature"]!["tasks"]![0]!["mine"]!));
        Assert.Equal("C", (string)file["master"]!["tasks"]![0]!["title"]!);
    }

    /// <summary>The layout and the members are those of other tools: line ends, tabs, escapes, full ids, words, nested subtasks.</summary>
    [Fact]
    public async Task Tasks_AnyChange_LeavesTheOtherBytesOfTheFile()
    {
        using var cli = new CliFixture().WithRepository();
        List<string> lines =
        [
            "\uFEFF{",
            "\t\"tasks\": [",
            "\t\t{ \"id\": 4, \"title\": \"Caf\\u00e9\", \"status\": \"complete\", \"weight\": 1.0e3, \"subtasks\": [",
            "\t\t\t{ \"id\": \"4.1\", \"effort\": \"M\", \"status\": \"todo\", \"subtasks\": [{ \"step\": 1 }] },",
            "\t\t\t{ \"id\": \"4.2\", \"dependencies\": [\"4.1\"] }",
            "\t\t] },",
            "\t\t{ \"id\": 5, \"title\": \"B\", \"depends_on\": [4, \"4.1\"] }",
            "\t],",
            "\t\"metadata\": { \"kept\" :true }",
            "}",
            "",
        ];
        string Text() => string.Join("\r\n", lines);
        var path = cli.Write(".taskmaster/tasks/tasks.json", Text());

        async Task ChangeAsync(params string[] arguments)
        {
            var result = await cli.RunAsync(["tasks", .. arguments]);
            Assert.True(result.ExitCode == 0, result.People);
            Assert.Equal(Text(), System.Text.Encoding.UTF8.GetString(await File.ReadAllBytesAsync(path)));
        }

        lines[5] = "\t\t], \"priority\": \"low\" },";
        await ChangeAsync("update", "4", "--priority", "low");
        lines[3] = lines[3].Replace("todo", "in-progress", StringComparison.Ordinal);
        await ChangeAsync("set-status", "4.1", "started");
        await ChangeAsync("set-status", "4.1", "in-progress");
        lines.RemoveAt(3);
        lines[3] = "\t\t\t{ \"id\": \"4.2\", \"dependencies\": [] }";
        lines[5] = "\t\t{ \"id\": 5, \"title\": \"B\", \"depends_on\": [4] }";
        await ChangeAsync("delete", "4.1");
        lines[3] += ",";
        lines.Insert(4, "\t\t\t{\"id\": \"4.3\", \"title\": \"D\", \"status\": \"pending\", \"dependencies\": [\"4.2\"]}");
        await ChangeAsync("add", "D", "--parent", "4", "--dependencies", "4.2");
        lines[6] = "\t\t{ \"id\": 5, \"title\": \"B\", \"depends_on\": [4], \"status\": \"done\" },";
        lines.Insert(
            7,
            "\t\t{\"id\": 6, \"title\": \"E\", \"status\": \"pending\", \"priority\": \"medium\", \"dependencies\": [\"4.2\"]}"
        );
        Assert.Equal(0, (await cli.RunAsync("tasks", "set-status", "5", "done")).ExitCode);
        await ChangeAsync("add", "E", "--dependencies", "4.2");
    }

    /// <summary>Complexity in words, order and state in words of other tools.</summary>
    [Fact]
    public async Task Tasks_OlderPlaceOfTaskMaster_IsTheBacklog()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            "tasks/tasks.json",
            """{"tasks":[{"id":1,"title":"A","completed":true},{"id":2,"title":"B","complexity":"medium","blockedBy":[3]},"""
                + """{"id":3,"title":"C","status":"open"},{"id":4,"title":"D","status":"closed"}]}"""
        );

        var list = await cli.RunAsync("tasks", "list", "--json");
        var next = await cli.RunAsync("next", "--json");
        var run = await cli.RunAsync("tasks", "run", "--no-planner", "--dry-run");
        var set = await cli.RunAsync("tasks", "set-status", "2", "done");

        Assert.Equal((0, 0, 0, 0), (list.ExitCode, next.ExitCode, run.ExitCode, set.ExitCode));
        Assert.Equal(4, list.Json["tasks"]!.AsArray().Count);
        Assert.Contains("'blockedBy' is read as 'dependencies'", list.People, StringComparison.Ordinal);
        Assert.Equal(3, (int)next.Json["task"]!["id"]!);
        Assert.Contains("C", run.People, StringComparison.Ordinal);
        Assert.Contains("\"blockedBy\":[3],\"status\":\"done\"}", cli.Read("tasks/tasks.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tasks_AnotherToolsFileAtTheOlderPlace_IsNoBacklog()
    {
        using var cli = new CliFixture().WithRepository();
        var path = cli.Write("tasks/tasks.json", """{"tasks": {"build": "make"}}""");

        var list = await cli.RunAsync("tasks", "list");
        var added = await cli.RunAsync("add", "First");

        Assert.Equal((0, 0), (list.ExitCode, added.ExitCode));
        Assert.Equal("""{"tasks": {"build": "make"}}""", await File.ReadAllTextAsync(path));
        Assert.Contains("First", cli.Read(".orchestrator/tasks.json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tasks", "list")]
    [InlineData("next")]
    [InlineData("add", "More")]
    [InlineData("tasks", "run", "--no-planner", "--yes")]
    [InlineData("run", "--dry-run", "--no-planner")]
    public async Task Tasks_CurrentTagThatIsGone_IsRefusedWithTheTagsThereAre(params string[] arguments)
    {
        const string Tagged = """{"master":{"tasks":[{"id":1,"title":"A"}]},"next":{"tasks":[]}}""";
        using var cli = new CliFixture().WithRepository();
        cli.Write(".taskmaster/state.json", """{"currentTag":"gone"}""");
        cli.Write(".taskmaster/tasks/tasks.json", Tagged);

        var refused = await cli.RunAsync(arguments);
        var named = await cli.RunAsync("tasks", "list", "--tag", "master");

        Assert.Equal((2, 0), (refused.ExitCode, named.ExitCode));
        Assert.Contains("no tag 'gone'", refused.People, StringComparison.Ordinal);
        Assert.Contains("master, next", refused.People, StringComparison.Ordinal);
        Assert.Equal(Tagged, cli.Read(".taskmaster/tasks/tasks.json"));
    }

    [Fact]
    public async Task Tasks_DanglingDependencyInTaskMastersFile_IsReportedAndLosesNothing()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            ".taskmaster/tasks/tasks.json",
            """
            {"master":{"tasks":[
              {"id":1,"title":"A","status":"pending","dependencies":[9],"mine":true},
              {"id":2,"title":"B","status":"pending","dependencies":[]}]}}
            """
        );

        var list = await cli.RunAsync("tasks", "list", "--json");
        var show = await cli.RunAsync("tasks", "show", "1");
        var next = await cli.RunAsync("tasks", "next", "--json");
        var set = await cli.RunAsync("tasks", "set-status", "2", "done");
        var worse = await cli.RunAsync("tasks", "update", "2", "--dependencies", "8");
        var run = await cli.RunAsync("tasks", "run", "--no-planner", "--dry-run");

        Assert.Equal((0, 0, 0, 0, 2, 2), (list.ExitCode, show.ExitCode, next.ExitCode, set.ExitCode, worse.ExitCode, run.ExitCode));
        Assert.Equal(2, list.Json["tasks"]!.AsArray().Count);
        Assert.Equal(("unknown-dependency", 2), ((string?)list.Json["errors"]![0]!["code"], (int)list.Json["errors"]![0]!["line"]!));
        Assert.All(
            [list, show, next, set],
            result => Assert.Contains("Task '1' depends on '9', which does not exist.", result.People, StringComparison.Ordinal)
        );
        Assert.Equal(2, (int)next.Json["task"]!["id"]!);
        Assert.Contains("depends on '8', which does not exist", worse.People, StringComparison.Ordinal);
        Assert.Contains("depends on '9', which does not exist", run.People, StringComparison.Ordinal);
        Assert.Equal(
            """[{"id":1,"title":"A","status":"pending","dependencies":[9],"mine":true},"""
                + """{"id":2,"title":"B","status":"done","dependencies":[]}]""",
            JsonNode.Parse(cli.Read(".taskmaster/tasks/tasks.json"))!["master"]!["tasks"]!.ToJsonString()
        );
    }

    [Theory]
    [InlineData("set-status --id=9 --status=done", "no task '9'")]
    [InlineData("set-status --id=1 --status=dnoe", "Did you mean 'done'?")]
    [InlineData("set-status --status=done", "No task was specified.")]
    [InlineData("tasks update 1 --dependencies 1", "depends on itself")]
    [InlineData("tasks update 1 --dependencies 7", "which does not exist")]
    [InlineData("tasks update 1", "1 was not changed, because no new value was specified.")]
    [InlineData("tasks update 1 --title ", "no title")]
    public async Task Tasks_WrongUse_IsExitTwoAndChangesNothing(string line, string message)
    {
        using var cli = new CliFixture().WithRepository();
        await cli.RunAsync("add", "Only one");
        var before = cli.Read(".orchestrator/tasks.json");

        var result = await cli.RunAsync(line.Split(' '));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.People, StringComparison.Ordinal);
        Assert.Equal(before, cli.Read(".orchestrator/tasks.json"));
    }

    [Fact]
    public async Task Tasks_Delete_SaysWhoWaitedForIt()
    {
        using var cli = new CliFixture().WithRepository();
        await cli.RunAsync("add", "One\nand a line");
        await cli.RunAsync("add", "Two", "--dependencies", "1");

        var list = await cli.RunAsync("list");
        var deleted = await cli.RunAsync("tasks", "delete", "1");

        Assert.Contains("One and a line\n", list.People, StringComparison.Ordinal);
        Assert.Contains("Removed 1. 2 no longer depends on it.", deleted.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tasks_ManyWritersAtOnce_LoseNothing()
    {
        using var cli = new CliFixture().WithRepository();

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => cli.RunAsync("add", $"Task {i}"))));

        Assert.All(results, r => Assert.Equal(0, r.ExitCode));
        var tasks = (await cli.RunAsync("list", "--json")).Json["tasks"]!.AsArray();
        Assert.Equal(Enumerable.Range(1, 8), tasks.Select(t => (int)t!["id"]!).Order());
    }
}
