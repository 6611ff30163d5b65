using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Commands of plans that the user did not name: a plan in a clone, a task in a file.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FoundPlanTrustTests : IDisposable
{
    private readonly CliFixture _cli = new CliFixture().WithRepository();

    public FoundPlanTrustTests()
    {
        _cli.WriteUser(
            $"agent: script\nagents: {{script: {{command: [/bin/sh, '{_cli.Home}/agent.sh']}}}}\ndisk: {{reserve: 1}}\n"
                + "permissions: {sandbox: off}\n"
        );
        File.WriteAllText(Path.Combine(_cli.Home, "agent.sh"), "echo done > one.txt\n");
    }

    private string Proof => Path.Combine(_cli.Home, "proof");

    private string Command => $"touch {Proof}";

    [Fact]
    public async Task FoundPlan_WithoutAYes_RunsNothingAndNamesTheCommandThatTrusts()
    {
        WritePlan(Command);

        var run = await _cli.RunAsync("run");
        var scheduled = await _cli.RunAsync("schedule", "create", "nightly", "--at", "22:00");
        var trust = await _cli.RunAsync("trust", "--json");

        Assert.Equal((3, 3, 3), (run.ExitCode, scheduled.ExitCode, trust.ExitCode));
        Assert.Contains(Command, run.People, StringComparison.Ordinal);
        Assert.Contains("orchestrate run tasks.yaml", run.People, StringComparison.Ordinal);
        Assert.Contains("orchestrate trust", run.People, StringComparison.Ordinal);
        Assert.Contains(Command, trust.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Proof));
        Assert.False(Directory.Exists(Path.Combine(_cli.Folder, ".orchestrator", "runs")));
    }

    [Fact]
    public async Task FoundPlan_ThatWasTrusted_RunsUntilItsCommandsChange()
    {
        WritePlan(Command);

        var trusted = await _cli.RunAsync("trust", "--yes");
        var run = await _cli.RunAsync("run");
        WritePlan("test -f one.txt");
        var changed = await _cli.RunAsync("run", "--fresh");

        Assert.Equal((0, 0, 3), (trusted.ExitCode, run.ExitCode, changed.ExitCode));
        Assert.True(File.Exists(Proof), run.People);
    }

    [Fact]
    public async Task FoundPlan_ThatOpensTheSandbox_IsAskedAbout()
    {
        WritePlan(Command);
        Assert.Equal(0, (await _cli.RunAsync("trust", "--yes")).ExitCode);
        _cli.Write(
            "tasks.yaml",
            _cli.Read("tasks.yaml").Replace("{id: one,", "{id: one, network: [\"localhost:5432\"],", StringComparison.Ordinal)
        );

        var run = await _cli.RunAsync("run");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("reach localhost:5432 from the sandbox", run.People, StringComparison.Ordinal);
        Assert.False(File.Exists(Proof));
    }

    [Fact]
    public async Task FoundPlan_InASubfolder_IsTrustedFromThere()
    {
        _cli.Write("sub/notes.txt", "x");
        WritePlan(Command);
        var folder = Path.Combine(_cli.Folder, "sub");

        var asked = await _cli.RunAsync("run", "--working-dir", folder);
        var named = await _cli.RunAsync("run", "../tasks.yaml", "--working-dir", folder);

        Assert.Equal(3, asked.ExitCode);
        Assert.Contains("orchestrate run ../tasks.yaml", asked.People, StringComparison.Ordinal);
        Assert.True(named.ExitCode == 0, named.People);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FoundPlan_AtATerminal_IsAskedAbout(bool answer)
    {
        WritePlan(Command);

        var run = await _cli.RunAsync(new RecordingTerminal { Answer = answer }, "run");

        Assert.True(run.ExitCode == (answer ? 0 : 3), run.People);
        Assert.Contains(Command, run.People, StringComparison.Ordinal);
        Assert.Equal(answer, File.Exists(Proof));
        Assert.Equal(answer ? 0 : 3, (await _cli.RunAsync("trust", "--json")).ExitCode);
    }

    [Theory]
    [InlineData("run", "tasks.yaml")]
    [InlineData("run", "--yes")]
    public async Task Plan_ThatIsNamedOrAnsweredForByYes_Runs(params string[] command)
    {
        WritePlan(Command);

        var run = await _cli.RunAsync(command);

        Assert.True(run.ExitCode == 0, run.People);
        Assert.True(File.Exists(Proof));
    }

    [Fact]
    public async Task TaskInAFile_ShowsItsCommandsBeforeTheyRun()
    {
        WritePlan(Command);
        File.WriteAllText(Path.Combine(_cli.Home, "agent.sh"), "exit 1\n");
        await _cli.RunAsync("run", "tasks.yaml");
        var file = Path.Combine(_cli.Home, "one.bundle");
        var exported = await _cli.RunAsync("move", "export", "one", file);
        File.WriteAllText(Path.Combine(_cli.Home, "agent.sh"), "echo done > one.txt\n");
        File.Delete(Proof);

        var asked = await _cli.RunAsync("move", "import", file);
        var before = File.Exists(Proof);
        var imported = await _cli.RunAsync("move", "import", file, "--yes");

        Assert.True(exported.ExitCode == 0, exported.People);
        Assert.True(asked.ExitCode == 3, asked.People);
        Assert.Contains(Command, asked.People, StringComparison.Ordinal);
        Assert.Contains($"orchestrate move import {file} --yes", asked.People, StringComparison.Ordinal);
        Assert.False(before);
        Assert.True(imported.ExitCode == 0, imported.People);
        Assert.True(File.Exists(Proof));
    }

    public void Dispose() => _cli.Dispose();

    private void WritePlan(string command) =>
        _cli.Write("tasks.yaml", $"tasks:\n  - {{id: one, description: One, files_write: [one.txt], verification: ['{command}']}}\n");
}
