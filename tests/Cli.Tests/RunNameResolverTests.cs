using System.Text.Json;
using Orchestrator.Cli.Startup;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Names by which a user can refer to a run or a task, and suggestions for mistyped ones.</summary>
public sealed class RunNameResolverTests : IDisposable
{
    private readonly CliFixture _cli = new CliFixture().WithRepository();

    public RunNameResolverTests()
    {
        Write("run-tasks-3f9a1c", "Add a login page with tests", "parser", "printer");
        Write("run-tasks-77b0de", "Translate the manual", "german");
        Write("night", "tasks.yaml", "docs");
    }

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("run-tasks-3f9a1c", "run-tasks-3f9a1c")]
    [InlineData("run-tasks-3", "run-tasks-3f9a1c")]
    [InlineData("3f9a1c", "run-tasks-3f9a1c")]
    [InlineData("77B0DE", "run-tasks-77b0de")]
    [InlineData("login page", "run-tasks-3f9a1c")]
    [InlineData("translate", "run-tasks-77b0de")]
    [InlineData("manual", "run-tasks-77b0de")]
    [InlineData("nig", "night")]
    public async Task Run_ByAnyOfItsNames_IsFound(string name, string run) => Assert.Equal(run, await RunOfAsync("status", name, "--json"));

    [Theory]
    [InlineData("3f9a1c/parser")]
    [InlineData("login/pars")]
    [InlineData("parser", "--run", "3f9a1c")]
    public async Task Task_OfARunByAnyOfItsNames_IsFound(params string[] words)
    {
        var shown = await _cli.RunAsync(["show", .. words]);

        Assert.True(shown.ExitCode == 0, shown.People);
        Assert.Contains("run-tasks-3f9a1c/parser", shown.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run-tasks-3f9a1d", "run-tasks-3f9a1c")]
    [InlineData("3f9a1d", "run-tasks-3f9a1c")]
    [InlineData("translat3", "run-tasks-77b0de")]
    [InlineData("nihgt", "night")]
    [InlineData("3f9a1c/parsr", "parser")]
    public async Task Run_Mistyped_SuggestsTheNearest(string name, string near)
    {
        var result = await _cli.RunAsync("show", name);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"Did you mean '{near}'?", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_MistypedAlone_SuggestsTheNearest()
    {
        using var cli = new CliFixture().WithRepository();
        Write(cli, "night", "tasks.yaml", "parser");

        var result = await cli.RunAsync("show", "praser");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Did you mean 'parser'?", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WhoseWordsFitSeveral_NamesThem()
    {
        Write("run-tasks-55aa55", "Add a login form");

        var result = await _cli.RunAsync("status", "login");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("'login' names more than one run: ", result.People, StringComparison.Ordinal);
        Assert.Contains("run-tasks-55aa55", result.People, StringComparison.Ordinal);
    }

    /// <summary>Whatever a command then does or refuses, it knows the run.</summary>
    [Fact]
    public async Task Run_InEachCommandThatTakesOne_IsFoundByTheEndOfItsId()
    {
        var commands = CliCommandRegistry
            .Root([])
            .Subcommands.Where(command => command.Arguments.FirstOrDefault()?.Name is "RUN" or "RUN/TASK")
            .ToList();
        Assert.True(commands.Count > 20, "the test finds no commands any more");
        foreach (var command in commands.Where(command => command.Name is not ("move" or "watch" or "open")))
        {
            string[] rest = command.Arguments.Skip(1).Any(argument => argument.Arity.MinimumNumberOfValues > 0) ? ["abort"] : [];
            string[] required = [.. command.Options.Where(option => option.Required).SelectMany(option => (string[])[option.Name, "x"])];

            // 'cleanup' finds the run, and removes it.
            Write("run-tasks-3f9a1c", "Add a login page with tests", "parser", "printer");
            var result = await _cli.RunAsync([command.Name, "3f9a1c", .. rest, .. required]);

            Assert.False(result.People.Contains("No run or task is named", StringComparison.Ordinal), $"{command.Name}: {result.People}");
        }
    }

    private async Task<string> RunOfAsync(params string[] command)
    {
        var result = await _cli.RunAsync(command);
        Assert.True(result.ExitCode == 0, result.People);
        return (string)result.Json["runId"]!;
    }

    private void Write(string id, string title, params string[] tasks) => Write(_cli, id, title, tasks);

    private static void Write(CliFixture cli, string id, string title, params string[] tasks) =>
        cli.Write(
            Path.GetRelativePath(cli.Folder, new RunFolder(cli.Folder, id).Status),
            JsonSerializer.Serialize(
                new RunStatus
                {
                    RunId = id,
                    Title = title,
                    State = RunStateNames.Completed,
                    StartedAt = new DateTimeOffset(2030, 1, 2, 3, 0, 0, TimeSpan.Zero),
                    Tasks = [.. tasks.Select(task => new RunTaskStatus { Id = task, State = TaskStateNames.Merged })],
                }.Summed(),
                RunJson.Default.RunStatus
            )
        );
}
