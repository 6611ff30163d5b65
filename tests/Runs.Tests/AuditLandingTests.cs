using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Reports;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Packages with known vulnerabilities land only where a user was notified of them; what could not be audited is said.</summary>
public sealed class AuditLandingTests
{
    // Of each package that the lock file names it knows one vulnerability.
    private const string Npm = """
        test "$*" = "audit --json --package-lock-only" || exit 64
        printf '{"auditReportVersion":2,"vulnerabilities":{'
        for severity in critical high low; do
          grep -q "$severity-package" package-lock.json || continue
          printf '%s"%s-package":{"severity":"%s","via":[{"source":1,"url":"https://github.com/advisories/GHSA-%s","severity":"%s"}]}' \
            "$comma" $severity $severity $severity $severity
          comma=,
        done
        printf '}}'
        exit 1
        """;

    [Fact]
    public async Task Land_NewVulnerability_LandsNothingUntilAPersonAsksOnceMore()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("old", ("package-lock.json", "high-package\n"));
        using var run = await BeginAsync(repository);
        run.AddProgram("npm", Npm);
        await run.DoAsync("a", "package-lock.json", "high-package critical-package low-package\n");

        var refused = await run.LandAsync();
        var evidence = await File.ReadAllTextAsync(run.Repository[refused.Evidence]);
        var again = await run.LandAgainAsync(isAskedFor: true);
        var landed = await run.LandAsync(isAskedFor: true);

        Assert.False(refused.Landed);
        Assert.Contains("known vulnerabilities: critical-package: GHSA-critical (critical, by npm audit). ", refused.Message);
        Assert.Contains("- prevents landing: critical-package", evidence);
        Assert.Contains("- new, less severe: low-package", evidence);
        Assert.Contains("- older than the run: high-package", evidence);
        Assert.False(again.Landed);
        Assert.True(landed.Landed, landed.Message);
        Assert.Contains("known vulnerabilities that a user accepted: critical-package", Report(run));
        Assert.Contains("older than the run: high-package", Report(run));
    }

    [Fact]
    public async Task Land_ToolsThatCannotAnswer_LandsAndSaysThatNothingWasAudited()
    {
        using var run = await BeginAsync(null);
        run.AddProgram("pip-audit", "echo 'Could not connect to pypi.org' >&2; exit 1");
        run.AddProgram("npm", Npm);
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "package-lock.json", "critical-package");
        run.Write(prepared, ".npmrc", "registry=https://registry.example");
        run.Write(prepared, "python/requirements.txt", "flask==0.5\n");
        run.Write(prepared, "Cargo.toml", "[package]\n");
        var work = await run.VerifyAsync("a", prepared);
        Assert.Empty(work.Problems);
        await run.MergeAsync("a", work.Commit);

        var landed = await run.LandAsync();

        Assert.True(landed.Landed, landed.Message);
        Assert.Contains("package-lock.json: the run changes .npmrc, which decides where npm audit looks up packages", landed.Message);
        Assert.Contains(
            "python/requirements.txt by pip-audit: it printed nothing (exit code 1: Could not connect to pypi.org)",
            landed.Message
        );
        Assert.Contains("Cargo.toml: cargo audit needs Cargo.lock, which does not exist", landed.Message);
        Assert.Contains("packages: not audited: ", Report(run));
        Assert.DoesNotContain("no vulnerability is known", landed.Message);
    }

    [Theory]
    [InlineData("high", "a.txt", "")]
    [InlineData("off", "package-lock.json", "")]
    [InlineData("high", "package-lock.json", "Packages: audited: package-lock.json by npm audit; no vulnerability is known.")]
    public async Task Land_NothingToSay_Lands(string audit, string file, string said)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("old", ("package-lock.json", "critical-package\n"));
        using var run = await BeginAsync(repository, audit);
        run.AddProgram("npm", Npm);
        await run.DoAsync("a", file, "none\n");

        var landed = await run.LandAsync();

        Assert.True(landed.Landed, landed.Message);
        Assert.Equal(said.Length > 0, landed.Message.Contains("Packages: ", StringComparison.Ordinal));
        Assert.Contains(said, landed.Message);
    }

    private static string Report(RunFixture run) =>
        new RunReport(run.Repository.Path).Render(new RunStatus { RunId = RunFixture.RunId, State = RunStateNames.Landing });

    private static Task<RunFixture> BeginAsync(TemporaryRepository? repository, string audit = "high")
    {
        var start = RunFixture.Start(new Gate("true")).With(s => s with { Audit = audit, Worktrees = s.Worktrees with { Setup = [] } });
        var task = new PlanTask
        {
            Id = "a",
            Description = "a",
            FilesWrite = ["**"],
        };
        return repository is null ? RunFixture.BeginAsync(start, task) : RunFixture.BeginAsync(repository, start, task);
    }
}
