using Orchestrator.Cli.Console;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Our folders in a checkout: git ignores them before they are made, and what a stranger committed in their place is not
/// followed.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OwnFoldersTests : IDisposable
{
    private const string Settings =
        "agent: script\nplanner: {agent: script}\nagents: {script: {command: [/bin/sh, '$HOME/agent.sh']}}\ndisk: {reserve: 1}\n";
    private const string Plan = "tasks:\n  - {id: one, description: One, files_write: [one.txt], verification: [test -f one.txt]}\n";

    private readonly CliFixture _cli = new CliFixture().WithRepository();

    private string Neighbor => Path.Combine(_cli.Home, "..", "neighbor");

    public OwnFoldersTests()
    {
        _cli.WriteUser(Settings.Replace("$HOME", _cli.Home, StringComparison.Ordinal));
        Agent("echo done > one.txt");
        Directory.CreateDirectory(Path.Combine(Neighbor, "precious"));
        File.WriteAllText(Path.Combine(Neighbor, "precious", "work.txt"), "mine\n");
    }

    [Theory]
    [InlineData("plan", "make a thing", "--yes")]
    [InlineData("run", "make a thing", "--yes")]
    [InlineData("tasks", "run", "--yes")]
    [InlineData("tasks", "parse", "prd.md", "--yes")]
    [InlineData("tasks", "expand", "1", "--yes")]
    public async Task Planner_ThatFailsInAFreshRepository_LeavesNothingToCommit(params string[] command)
    {
        _cli.Write("prd.md", "# A thing\n\nMake it.\n");
        if (command[0] == "tasks" && command[1] != "parse")
        {
            Assert.Equal(0, (await _cli.RunAsync("tasks", "add", "A thing")).ExitCode);
        }
        Commit();
        Agent("exit 1");

        var result = await _cli.RunAsync(command);

        Assert.NotEqual(0, result.ExitCode);
        Assert.True(Directory.Exists(Path.Combine(_cli.Folder, ".orchestrator", "runs")), result.People);
        AssertNothingToCommit(result.People);
    }

    [Fact]
    public async Task Planner_ThatIsInterrupted_LeavesNothingToCommit()
    {
        var started = Path.Combine(_cli.Home, "started");
        Agent($"touch '{started}'; sleep 60");
        using var interrupts = new InterruptHandler();

        var plan = _cli.RunAsync(new RecordingTerminal(), interrupts, "plan", "make a thing", "--yes");
        await Wait.UntilAsync(() => File.Exists(started));
        AssertNothingToCommit("while the planner works");
        interrupts.Raise();

        Assert.NotEqual(0, (await plan).ExitCode);
        AssertNothingToCommit("after the interrupt");
    }

    [Fact]
    public async Task Folders_MadeFromALinkedWorktree_AreIgnoredInBothCheckouts()
    {
        _cli.Git("worktree", "add", "-q", "-b", "side", "../side");
        Agent("exit 1");

        var result = await _cli.RunAsync("plan", "make a thing", "--yes", "--working-dir", Path.Combine(_cli.Folder, "..", "side"));

        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal("", _cli.Git("status", "--porcelain"));
        Assert.Equal("", _cli.Git("-C", "../side", "status", "--porcelain"));
    }

    [Theory]
    [InlineData(".worktrees/.pool", "../..")]
    [InlineData(".worktrees", "../neighbor")]
    [InlineData(".worktrees/run-tasks", "../../neighbor")]
    [InlineData(".orchestrator", "../neighbor")]
    [InlineData(".orchestrator/runs", "../../neighbor")]
    [InlineData(".orchestrator/engine.db", "../../neighbor/engine.db")]
    public async Task CommittedLink_InPlaceOfOurFolders_IsNamedAndNotFollowed(string link, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_cli.Folder, link))!);
        File.CreateSymbolicLink(Path.Combine(_cli.Folder, link), target);
        _cli.Write("tasks.yaml", Plan);
        Commit();
        foreach (
            var command in (string[][])
                [
                    ["run", "tasks.yaml", "--yes"],
                    ["plan", "make a thing", "--yes"],
                    ["worker", "--yes"],
                    ["web", "--port", "0"],
                    ["tasks", "run", "--yes"],
                    ["server"],
                    ["cleanup"],
                ]
        )
        {
            var result = await _cli.RunAsync(command);

            Assert.True(result.ExitCode == 2, $"{string.Join(' ', command)}: {result.ExitCode} {result.People}");
        }
        var run = await _cli.RunAsync("run", "tasks.yaml", "--yes");
        var check = await _cli.RunAsync("check");

        foreach (var shown in (string[])[run.People, check.Output + check.People])
        {
            Assert.Contains($"the symbolic link '{link}'", shown, StringComparison.Ordinal);
            Assert.Contains("git rm", shown, StringComparison.Ordinal);
        }
        Assert.Equal("mine\n", File.ReadAllText(Path.Combine(Neighbor, "precious", "work.txt")));
        Assert.Equal(["precious"], Directory.EnumerateFileSystemEntries(Neighbor).Select(Path.GetFileName));
        Assert.True(Directory.Exists(_cli.Home));

        _cli.Shell(
            $"git rm -r -q -f --ignore-unmatch -- '{link}' && git -c user.name=T -c user.email=t@localhost commit -q -m 'Remove links'"
        );
        var cured = await _cli.RunAsync("run", "tasks.yaml", "--yes");
        Assert.True(cured.ExitCode == 0, cured.People);
    }

    [Theory]
    [InlineData("init")]
    [InlineData("tasks", "add", "A thing")]
    [InlineData("config", "set", "workers", "2")]
    [InlineData("verify", "tasks.yaml", "one")]
    public async Task CommittedLink_InPlaceOfOurFolder_IsNotWrittenThrough(params string[] command)
    {
        File.CreateSymbolicLink(Path.Combine(_cli.Folder, ".orchestrator"), "../neighbor");
        _cli.Write("tasks.yaml", Plan);
        Commit();

        var result = await _cli.RunAsync(command);

        Assert.True(result.ExitCode == 2, result.People);
        Assert.Contains("the symbolic link '.orchestrator'", result.People, StringComparison.Ordinal);
        Assert.Equal(["precious"], Directory.EnumerateFileSystemEntries(Neighbor).Select(Path.GetFileName));
    }

    [Fact]
    public async Task CommittedEngineAndWorktree_AreNamedWithTheCureBeforeAnythingStarts()
    {
        _cli.Write("tasks.yaml", Plan);
        _cli.Write(".orchestrator/engine.db", "history");
        _cli.Write(".orchestrator/runs/run-old/plan.json", "{}");
        _cli.Git("init", "-q", ".worktrees/run-old/a");
        _cli.Git(
            "-C",
            ".worktrees/run-old/a",
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@localhost",
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "Inner"
        );
        Commit();
        Directory.Delete(Path.Combine(_cli.Folder, ".orchestrator"), recursive: true);

        var run = await _cli.RunAsync("run", "tasks.yaml", "--yes");

        Assert.True(run.ExitCode == 2, run.People);
        Assert.Contains("the repository '.worktrees/run-old/a'", run.People, StringComparison.Ordinal);
        Assert.Contains("'.orchestrator/engine.db'", run.People, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_cli.Folder, ".orchestrator", "engine.db")));
        var cure = run.People[run.People.IndexOf("git rm -r", StringComparison.Ordinal)..].Split('\n')[0];
        _cli.Shell(cure.Replace("git commit", "git -c user.name=T -c user.email=t@localhost commit", StringComparison.Ordinal));
        var cured = await _cli.RunAsync("run", "tasks.yaml", "--yes");
        Assert.True(cured.ExitCode == 0, cured.People);
        Assert.Equal("done\n", _cli.Read("one.txt"));
    }

    [Theory]
    [InlineData(".orchestrator")]
    [InlineData(".worktrees")]
    public async Task LinkOfTheUser_ThatGitDoesNotTrack_LeadsToAnotherDisk(string name)
    {
        var disk = Directory.CreateDirectory(Path.Combine(_cli.Home, "disk")).FullName;
        File.CreateSymbolicLink(Path.Combine(_cli.Folder, name), disk);
        _cli.Write("tasks.yaml", Plan);

        var run = await _cli.RunAsync("run", "tasks.yaml", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.NotEmpty(Directory.EnumerateFileSystemEntries(disk));
        Assert.Equal("?? tasks.yaml\n", _cli.Git("status", "--porcelain"));
    }

    [Theory]
    [InlineData(".orchestrator")]
    [InlineData(".worktrees")]
    public async Task FileInPlaceOfAFolder_IsNamed(string name)
    {
        _cli.Write(name, "a file\n");
        _cli.Write("tasks.yaml", Plan);

        var run = await _cli.RunAsync("run", "tasks.yaml", "--yes");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(name, run.People, StringComparison.Ordinal);
        Assert.Contains("Move it away", run.People, StringComparison.Ordinal);
        Assert.Equal("a file\n", _cli.Read(name));
    }

    public void Dispose() => _cli.Dispose();

    private void Agent(string script) => File.WriteAllText(Path.Combine(_cli.Home, "agent.sh"), script + "\n");

    private void Commit()
    {
        _cli.Git("add", "-A", "-f");
        _cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Work");
    }

    private void AssertNothingToCommit(string why)
    {
        _cli.Git("add", "-A");
        var staged = _cli.Git("status", "--porcelain");
        Assert.True(staged.Length == 0, $"{staged}\n{why}");
    }
}
