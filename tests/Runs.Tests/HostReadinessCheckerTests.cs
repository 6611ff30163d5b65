using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Settings;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Checks of a host before it accepts a task of another machine's run.</summary>
public sealed class HostReadinessCheckerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FindProblem_OfAHostThatHasAll_IsNone() =>
        Assert.Null(await Readiness("hosts: {memory: 1GB}\nagents: {mine: {command: [cat]}}\n").FindProblemAsync("mine", default));

    [Fact]
    public async Task FindProblem_WithoutDisk_SaysWhatIsFreeAndByWhichSetting()
    {
        var problem = await Readiness("disk: {reserve: 900000GB}\n").FindProblemAsync("claude", default);

        Assert.Matches("^Only .* are free at .*disk\\.reserve\\)\\. Free some space$", problem);
    }

    [Fact]
    public async Task FindProblem_WithoutMemory_SaysWhatIsFreeAndByWhichSetting() =>
        Assert.Equal(
            "only 512 MB of memory are free there; hosts.memory requires 4 GB",
            await Readiness("hosts: {memory: 4GB}\n", free: 512_000_000).FindProblemAsync("claude", default)
        );

    [Fact]
    public async Task FindProblem_WithoutMemoryThatIsNotLookedAt_IsNone() =>
        Assert.Null(await Readiness("hosts: {memory: off}\nagents: {mine: {command: [cat]}}\n", free: 1).FindProblemAsync("mine", default));

    [Fact]
    public async Task FindProblem_WithoutTheAgentsProgram_SaysSo()
    {
        var problem = await Readiness("agents: {mine: {command: [no-such-program]}}\n").FindProblemAsync("mine", default);

        Assert.StartsWith("mine can't work there: ", problem, StringComparison.Ordinal);
        Assert.Contains("no-such-program", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindProblem_OfAnAgentThatComesWithTheRun_IsNone() =>
        Assert.Null(await Readiness("").FindProblemAsync("theirs", default));

    [Fact]
    public async Task FindProblem_OfAnAgentAskedOften_StartsItsProgramOnceInAWhile()
    {
        var program = Path.Combine(_folder.Path, "claude");
        await File.WriteAllTextAsync(
            program,
            "#!/bin/sh\necho \"$@\" >> \"$0.calls\"\ncase \"$1\" in --version) echo '2.1.300 (Claude Code)';; *) exit 1;; esac\n"
        );
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var readiness = Readiness($"agents: {{claude: {{command: ['{program}']}}}}\n");

        var problems = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => readiness.FindProblemAsync("claude", default)));

        Assert.All(problems, problem => Assert.Contains("It is not logged in.", problem, StringComparison.Ordinal));
        Assert.Equal(2, (await File.ReadAllLinesAsync($"{program}.calls")).Length);
    }

    private HostReadinessChecker Readiness(string settings, long free = long.MaxValue)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, ".orchestrator"));
        File.WriteAllText(Path.Combine(folder.FullName, "config.yaml"), settings);
        var services = new RunServiceBundle("host", ["orchestrate", "hook"], TimeProvider.System)
        {
            Environment = new Dictionary<string, string> { ["HOME"] = _folder.Path, ["PATH"] = "/usr/bin:/bin" },
        };
        var loaded = SettingsLoader.Load(SettingsFiles.Read(_folder.Path, services.Environment, []) with { IsTrusted = true });
        Assert.Empty(loaded.Errors);
        return new HostReadinessChecker(services, _folder.Path, loaded, () => free);
    }
}
