using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>Faults of the machine and verdicts about the work: a gate that could not run lets nothing land, and an agent's code can't blame
/// the machine.</summary>
public sealed class GateFaultTests : IDisposable
{
    private readonly TempFolder _machine = new();

    public void Dispose() => _machine.Dispose();

    /// <summary>One message of each ecosystem, none of which the run may take for a red test.</summary>
    [Theory]
    [InlineData(
        "cargo test",
        "error: failed to write /w/Cargo.lock\n\nCaused by:\n  Read-only file system (os error 30)",
        "permissions.paths"
    )]
    [InlineData("go test ./...", "failed to initialize build cache at /c: mkdir /c/00: read-only file system", "permissions.paths")]
    [InlineData("go test ./...", "a.go:3:2: x@v1: Get \"https://p\": dial tcp: lookup p: Temporary failure in name resolution", "Connect")]
    [InlineData("mvn test", "[ERROR] Could not create local repository at /r/.m2: Read-only file system", "permissions.paths")]
    [InlineData("npm test", "npm error code EAI_AGAIN\nnpm error syscall getaddrinfo", "Connect")]
    [InlineData("pytest", "E   OSError: [Errno 28] No space left on device", "Free some space")]
    [InlineData("dotnet test", "/w/a.csproj : error NU1301: Unable to load the service index for source https://x.", "Connect")]
    [InlineData(
        "make test",
        "sh: 1: no-such-tool: not found\nmake: *** [Makefile:2: test] Error 127",
        "Install the missing program or package"
    )]
    public async Task Preflight_GateMeetsAFaultOfTheMachine_StopsTheRunWithTheCure(string command, string words, string cure)
    {
        var said = Path.Combine(_machine.Path, "said");
        await File.WriteAllTextAsync(said, words + "\n");

        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate($": '{command}'; cat {said}; exit 1", GateType.Test)),
            Task("a", "a.txt")
        );

        Assert.Contains(cure, Assert.Single(run.Preflight.Errors), StringComparison.Ordinal);
        Assert.DoesNotContain(run.Preflight.Warnings, warning => warning.Contains("only advisory", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_AgentsCodePrintsAFaultOfTheMachine_IsTheWorks()
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("if [ -f a.txt ]; then cat a.txt; exit 1; fi", GateType.Test)),
            Task("a", "a.txt")
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "error: write /x: No space left on device\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(FailureClass.None, work.FailureClass);
        Assert.Contains("No space left on device", Assert.Single(work.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_GateFailsAlikeAtTheBase_IsTheMachines()
    {
        var full = Path.Combine(_machine.Path, "full");
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(
                new Gate($"if [ -f {full} ]; then echo 'error: write /x: No space left on device'; exit 1; fi", GateType.Test)
            ),
            Task("a", "a.txt")
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");
        await File.WriteAllTextAsync(full, "");

        var faulty = await run.VerifyAsync("a", prepared);
        File.Delete(full);
        var repaired = await run.VerifyAsync("a", prepared);

        Assert.Equal(FailureClass.Environment, faulty.FailureClass);
        Assert.Contains("Free some space on the disk.", Assert.Single(faulty.Problems), StringComparison.Ordinal);
        Assert.Empty(repaired.Problems);
    }
}
