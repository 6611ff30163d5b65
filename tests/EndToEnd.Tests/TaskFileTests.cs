using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A task that is taken to a machine as a file, which has never seen the first one: another home, another clone, no common server
/// and no remote.</summary>
public class TaskFileTests
{
    [Fact]
    public async Task Task_InTheMiddleOfItsWork_GoesOnElsewhereWithItsFilesAndInItsConversation()
    {
        using var here = await MachinePlace.CreateAsync("here");
        here.Play(
            "one",
            new JsonObject { ["write"] = "half.txt", ["text"] = "first half\n" },
            new JsonObject { ["touch"] = here.Beside("working") },
            new JsonObject { ["waitFor"] = here.Beside("go"), ["seconds"] = 60 },
            new JsonObject { ["write"] = "one.txt", ["text"] = "whole\n" }
        );
        using var there = await here.CloneAsync("there");
        Assert.Equal(0, (await here.CallAsync("run", "--yes", "--detach", "--run-id", "night")).ExitCode);
        await Eventually.TrueAsync(() => File.Exists(here.Beside("working")));
        var file = here.Beside("one.bundle");

        var busy = await here.CallAsync("move", "export", "night/one", file);
        Assert.Equal(0, (await here.CallAsync("pause", "night/one")).ExitCode);
        await here.UntilAsync("night", status => (bool)status["tasks"]![0]!["paused"]!);
        var exported = await here.CallAsync("move", "export", "night/one", file);
        await here.CallAsync("cancel", "night", "--yes");
        await File.WriteAllTextAsync(here.Beside("go"), "");
        var imported = await there.CallAsync("move", "import", file, "--yes");

        Assert.Equal(2, busy.ExitCode);
        Assert.Contains("orchestrate pause night/one", busy.Error, StringComparison.Ordinal);
        Assert.True(exported.ExitCode == 0, exported.Error);
        Assert.True(imported.ExitCode == 0, imported.Error);
        Assert.Contains("1 agent start,", imported.Error, StringComparison.Ordinal);
        Assert.Equal("first half", await there.ReadAsync("main:half.txt"));
        Assert.Equal("whole", await there.ReadAsync("main:one.txt"));
        var prompts = there.Prompts().ToList();
        Assert.Equal(2, prompts.Count);
        Assert.StartsWith("You are one of several coding agents", prompts[0], StringComparison.Ordinal);
        Assert.StartsWith("You were interrupted. Your files are as you left them", prompts[1], StringComparison.Ordinal);
        Assert.DoesNotContain("exported", await here.RefsAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("incoming", await there.RefsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_OfATaskThatGoesOnHereAlready_IsRefusedUntilThatHasEnded()
    {
        using var here = await MachinePlace.CreateAsync("here");
        here.Play(
            "one",
            new JsonObject { ["touch"] = here.Beside("working") },
            new JsonObject { ["waitFor"] = here.Beside("go"), ["seconds"] = 120 },
            new JsonObject { ["write"] = "one.txt", ["text"] = "whole\n" }
        );
        using var there = await here.CloneAsync("there");
        Assert.Equal(0, (await here.CallAsync("run", "--yes", "--detach", "--run-id", "night")).ExitCode);
        await Eventually.TrueAsync(() => File.Exists(here.Beside("working")));
        Assert.Equal(0, (await here.CallAsync("pause", "night/one")).ExitCode);
        await here.UntilAsync("night", status => (bool)status["tasks"]![0]!["paused"]!);
        var file = here.Beside("one.bundle");
        Assert.Equal(0, (await here.CallAsync("move", "export", "night/one", file)).ExitCode);
        await here.CallAsync("cancel", "night", "--yes");

        await using var first = await there.ServeAsync("move", "import", file, "--yes");
        await there.UntilPromptsAsync(2);
        var again = await there.CallAsync("move", "import", file, "--yes");
        await there.CallAsync("cancel", "--yes");
        await Eventually.TrueAsync(() => !first.IsAlive);
        await File.WriteAllTextAsync(here.Beside("go"), "");
        var anew = await there.CallAsync("move", "import", file, "--yes");

        Assert.Equal(2, again.ExitCode);
        Assert.Contains("one is already continuing on this machine, in import-one-", again.Error, StringComparison.Ordinal);
        Assert.True(anew.ExitCode == 0, anew.Error);
        Assert.Contains("1 agent start,", anew.Error, StringComparison.Ordinal);
        Assert.Contains("after 1 agent start", anew.Error, StringComparison.Ordinal);
        Assert.Equal("whole", await there.ReadAsync("main:one.txt"));
    }

    [Fact]
    public async Task Import_WhatDoesNotFit_IsRefusedAndChangesNothing()
    {
        using var here = await MachinePlace.CreateAsync("here");
        here.Play(
            "one",
            new JsonObject { ["write"] = "one.txt", ["text"] = "mine\n" },
            new JsonObject { ["touch"] = here.Beside("working") },
            new JsonObject { ["hang"] = true }
        );
        using var there = await here.CloneAsync("there");
        Assert.Equal(0, (await here.CallAsync("run", "--yes", "--detach", "--run-id", "night")).ExitCode);
        await Eventually.TrueAsync(() => File.Exists(here.Beside("working")));
        await here.CallAsync("pause", "night/one");
        await here.UntilAsync("night", status => (bool)status["tasks"]![0]!["paused"]!);
        var file = here.Beside("one.bundle");
        Assert.Equal(0, (await here.CallAsync("move", "export", "night/one", file)).ExitCode);
        await here.CallAsync("cancel", "night", "--yes");
        await there.CommitAsync("one.txt", "theirs\n");
        await File.WriteAllBytesAsync(here.Beside("torn.bundle"), (await File.ReadAllBytesAsync(file))[..200]);
        var before = await there.RefsAsync();

        var torn = await there.CallAsync("move", "import", here.Beside("torn.bundle"), "--yes");
        var conflict = await there.CallAsync("move", "import", file, "--yes");
        var missing = await there.CallAsync("move", "import", here.Beside("none.bundle"), "--yes");
        var other = await there.CallAsync("move", "import", Path.Combine(there.Folder, "tasks.yaml"), "--yes");

        Assert.Equal((2, 2, 2, 2), (conflict.ExitCode, torn.ExitCode, missing.ExitCode, other.ExitCode));
        Assert.Contains("because of conflicts in", conflict.Error, StringComparison.Ordinal);
        Assert.Contains("one.txt", conflict.Error, StringComparison.Ordinal);
        Assert.Contains("damaged", torn.Error, StringComparison.Ordinal);
        Assert.Contains("does not exist", missing.Error, StringComparison.Ordinal);
        Assert.Contains("is not an exported task", other.Error, StringComparison.Ordinal);
        Assert.Equal(before, await there.RefsAsync());
    }

    [Fact]
    public async Task Export_OfWorkWithASecret_IsRefusedUnlessItMay()
    {
        using var here = await MachinePlace.CreateAsync("here");
        here.Play(
            "one",
            new JsonObject { ["write"] = "one.txt", ["text"] = "key = AKIA" + "QWERTZUIOPASDFGH\n" },
            new JsonObject { ["touch"] = here.Beside("working") },
            new JsonObject { ["hang"] = true }
        );
        Assert.Equal(0, (await here.CallAsync("run", "--yes", "--detach", "--run-id", "night")).ExitCode);
        await Eventually.TrueAsync(() => File.Exists(here.Beside("working")));
        await here.CallAsync("pause", "night/one");
        await here.UntilAsync("night", status => (bool)status["tasks"]![0]!["paused"]!);
        var file = here.Beside("one.bundle");

        var refused = await here.CallAsync("move", "export", "night/one", file);
        var isThere = File.Exists(file);
        var allowed = await here.CallAsync("move", "export", "night/one", file, "--allow-secrets");
        await here.CallAsync("cancel", "night", "--yes");

        Assert.Equal((2, false), (refused.ExitCode, isThere));
        Assert.Contains("in one.txt", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("QWERTZUIOP", refused.Error, StringComparison.Ordinal);
        Assert.Equal((0, true), (allowed.ExitCode, File.Exists(file)));
    }
}
