using System.Text.RegularExpressions;
using Orchestrator.Cli.Help;
using Orchestrator.Cli.Startup;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The screens of a run that needs a user: each says once what is the matter, and recommends one command for it; and the ways to
/// name a run and a task. One run for all.</summary>
public sealed class WhatToDoTests : IAsyncLifetime
{
    private readonly CliFixture _cli = new();
    private string _id = "";
    private CliFixture.CliResult _run = null!;

    public async Task InitializeAsync()
    {
        _cli.WithRepository();
        var agent = _cli.WriteAgent("echo \"I have written $ORCHESTRATOR_TASK, and more.\"; echo x > $ORCHESTRATOR_TASK.txt");
        _cli.Write(".orchestrator/config.yaml", $"agent: s\nmax_remediations: 0\nagents: {{s: {{command: [/bin/sh, '{agent}']}}}}\n");
        _cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: c1, description: The first one, prompt: P, files_write: [c1.txt], verification: [test -s c1.txt]}
              - {id: c4, description: Compare, prompt: P, files_write: [c4.txt], verification: [sh check.sh 42 41]}
              - {id: c5, description: Compare, prompt: P, files_write: [c5.txt], verification: [sh check.sh 7 8]}

            """
        );
        _cli.Write("check.sh", "echo \"Error: expected $1, got $2\"; echo end; exit 1\n");
        _cli.Git("add", "-A");
        _cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        await _cli.TrustAsync();
        _run = await _cli.RunAsync("run", "--yes");
        _id = (string)(await _cli.RunAsync("status", "--json")).Json["runId"]!;
    }

    public Task DisposeAsync()
    {
        _cli.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Screens_OfARunThatNeedsAPerson_SayEverythingOnceAndRecommendOneCommand()
    {
        var end = _run.People[_run.People.IndexOf($"{_id}: ", StringComparison.Ordinal)..];
        string[][] commands =
        [
            ["status"],
            ["status", "--blocked"],
            ["report"],
            ["show"],
        ];
        List<(string Name, string Text)> screens = [("run", end)];
        foreach (var command in commands)
        {
            screens.Add((string.Join(' ', command), (await _cli.RunAsync(command)).Output));
        }
        foreach (var (name, text) in screens)
        {
            // Markdown escapes what could be active in it.
            var screen = text.Replace("\\", "", StringComparison.Ordinal);
            Assert.True(Regex.Count(screen, "expected 42, got 41") == 1, $"{name}: {screen}");
            Assert.True(Regex.Count(screen, "Needs attention") == 1, $"{name}: {screen}");
            Assert.True(Regex.Count(screen, "orchestrate retry") == 1, $"{name}: {screen}");
            var first = $"orchestrate retry {_id}/c4 --guidance TEXT   # the same for c5";
            Assert.True(screen.Contains(first, StringComparison.Ordinal), $"{name}: {screen}");
            if (name != "show")
            {
                Assert.DoesNotContain("orchestrate skip", screen, StringComparison.Ordinal);
                Assert.DoesNotContain($"orchestrate cancel {_id}", screen, StringComparison.Ordinal);
            }
        }
        // Evidence comes first.
        Assert.Contains("c4 failed: Error: expected 42, got 41 (Gate failed: ", end, StringComparison.Ordinal);

        var all = (await _cli.RunAsync("status", "--all")).Output;
        foreach (var way in new[] { "skip", "cancel", "land", "resolve" })
        {
            Assert.Contains($"orchestrate {way} {_id}", all, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Task_InEveryForm_IsFoundAndPrintedInOneForm()
    {
        string[][] forms =
        [
            ["c4"],
            [$"{_id}/c4"],
            ["/c4"],
            ["c4", "--run", _id],
            [$"{_id[..8]}/c4"],
            ["--run", _id, "c4"],
        ];
        foreach (var form in forms)
        {
            var show = await _cli.RunAsync(["show", .. form]);
            var diff = await _cli.RunAsync(["diff", .. form]);
            var logs = await _cli.RunAsync(["logs", .. form]);

            Assert.True(
                show.Output.StartsWith($"task      {_id}/c4\n", StringComparison.Ordinal),
                $"{string.Join(' ', form)}: {show.People}"
            );
            Assert.Contains("+++ b/c4.txt", diff.Output, StringComparison.Ordinal);
            Assert.Contains("I have written c4", logs.Output, StringComparison.Ordinal);
        }
        var refused = await _cli.RunAsync("skip", $"{_id}/c4", "--run", "another");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("name different runs", refused.People, StringComparison.Ordinal);
        Assert.Contains("is a task", (await _cli.RunAsync("report", "c4")).People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ThatIsNotNamed_IsTheSameForAllAndIsNamed()
    {
        var diff = await _cli.RunAsync("diff");
        var logs = await _cli.RunAsync("logs");
        var open = await _cli.RunAsync("open", "c4");
        var merged = await _cli.RunAsync("open", "c1");
        var kept = await _cli.RunAsync("skip", "c5", "--no-resume");

        // Of the whole run what is merged.
        Assert.Contains("+++ b/c1.txt", diff.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("c4.txt", diff.Output, StringComparison.Ordinal);
        Assert.Contains("I have written c", logs.Output, StringComparison.Ordinal);
        Assert.Contains($"logs of {_id}/c", logs.People, StringComparison.Ordinal);
        Assert.True(open.ExitCode == 0 && Directory.Exists(open.Output.Trim()), open.Output + open.People);
        Assert.Contains($"orchestrate diff {_id}/c1", merged.People, StringComparison.Ordinal);
        Assert.Contains(_id, kept.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OnAScreen_IsAPageWithWhatAMorningNeeds()
    {
        var page = (await _cli.RunAsync(new RecordingTerminal { OutputWidth = 80 }, "report")).Output;
        var full = (await _cli.RunAsync("report", "--full")).Output;

        Assert.DoesNotContain("#", page.Split("Needs attention")[0], StringComparison.Ordinal);
        Assert.Matches(@"  time     \d{4}-\d\d-\d\d \d\d:\d\d [+-]\d\d:\d\d to now, 0:0", page);
        Assert.Contains("  agents   3 starts of s", page, StringComparison.Ordinal);
        Assert.Contains("  landed   nothing", page, StringComparison.Ordinal);
        Assert.Contains("\"I have written c1, and more.\"", page, StringComparison.Ordinal);
        Assert.Contains(
            "its agent said: \\\"I have written c1".Replace("\\\"", "\"", StringComparison.Ordinal),
            full.Replace("\\", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.All(page.Split('\n'), line => Assert.True(line.Length <= 80 || line.Contains("orchestrat", StringComparison.Ordinal), line));
    }

    [Fact]
    public async Task Report_HtmlWithoutAFile_IsNamedAfterTheRunWhereverTheRunStands()
    {
        var usual = Path.Combine(_cli.Folder, $"{_id}.html");
        foreach (
            var words in (string[][])
                [
                    ["--html", "--full"],
                    ["--html", _id],
                    [_id, "--html"],
                ]
        )
        {
            File.Delete(usual);
            var written = await _cli.RunAsync(["report", .. words]);
            Assert.True(written.ExitCode == 0 && File.Exists(usual), $"{string.Join(' ', words)}: {written.People}");
        }
        var named = await _cli.RunAsync("report", "--html", _id, "page.html");
        var neither = await _cli.RunAsync("report", _id, "--html", "page");

        Assert.True(named.ExitCode == 0 && File.Exists(Path.Combine(_cli.Folder, "page.html")), named.People);
        Assert.Equal(2, neither.ExitCode);
    }

    [Fact]
    public async Task Report_AsHtml_IsOneFileAndReplacesNoOther()
    {
        var file = Path.Combine(_cli.Folder, "night.html");

        var first = await _cli.RunAsync("report", "--html", "night.html");
        var again = await _cli.RunAsync("report", "--html", "night.html");
        var printed = await _cli.RunAsync("report", "--html", "-");
        var other = await _cli.RunAsync("report", "--html", "tasks.yaml");
        var nowhere = await _cli.RunAsync("report", "--html", "no/such/folder/night.html");

        Assert.True(first.ExitCode == 0 && again.ExitCode == 0, first.People + again.People);
        Assert.Contains(file, again.People, StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>\n<html", printed.Output, StringComparison.Ordinal);
        var html = await File.ReadAllTextAsync(file);
        Assert.Contains("Error: expected 42, got 41", html, StringComparison.Ordinal);
        Assert.Contains($"orchestrate retry {_id}/c4 --guidance TEXT", html, StringComparison.Ordinal);
        Assert.Equal(((int)UseCaseOutcome.Usage, (int)UseCaseOutcome.Usage), (other.ExitCode, nowhere.ExitCode));
        Assert.Contains("is not an orchestrate report", other.People, StringComparison.Ordinal);
        Assert.StartsWith("tasks:", await File.ReadAllTextAsync(Path.Combine(_cli.Folder, "tasks.yaml")), StringComparison.Ordinal);
        Assert.Equal([file], Directory.EnumerateFiles(_cli.Folder, "night*"));
    }

    [Fact]
    public async Task Plan_FromAFolderBelow_IsFoundAndAMisspeltOneIsSuggested()
    {
        Directory.CreateDirectory(Path.Combine(_cli.Folder, "src", "deep"));

        var valid = await _cli.RunAsync("validate", "-C", "src/deep");
        var run = await _cli.RunAsync("run", "-n", "-C", "src");
        var typo = await _cli.RunAsync("run", "tsks.yaml");
        var init = await _cli.RunAsync("init");

        Assert.True(valid.ExitCode == 0, valid.People);
        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains("Did you mean 'tasks.yaml'?", typo.People, StringComparison.Ordinal);
        Assert.Contains("Next: orchestrate check", init.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfAll_HasEveryCommandInOneGroupAndNoneOfAgents()
    {
        var named = CliCommandRegistry
            .Root([])
            .Subcommands.Where(command => !command.Hidden)
            .Select(command => command.Name)
            .Order()
            .ToList();
        var help = (await _cli.RunAsync("help", "--all")).Output;
        var shown = help.Split('\n')
            .Where(line => line.StartsWith("  ", StringComparison.Ordinal))
            .Select(line => line.Trim().Split(' ')[0]);

        Assert.Equal(named, CommandGroups.All.SelectMany(group => group.Commands).Concat(CommandGroups.OfAgents).Order());
        Assert.Empty(named.Except(CommandGroups.OfAgents).Except(shown));
        Assert.Empty(CommandGroups.OfAgents.Intersect(shown));
    }
}
