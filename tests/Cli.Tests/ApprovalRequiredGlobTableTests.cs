using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Files of CI, hooks, editors and agents' instructions, and content that an attribute hides from checks.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ApprovalRequiredGlobTableTests : IDisposable
{
    // In parts, so that a search for secrets does not find it here.
    private const string Token = "ghp_" + "Zq8Lw3Xv6Tn1Rk9Pm4Hj7Fd2Bs5Cy0GaUeWo";

    private readonly CliFixture _cli = new CliFixture().WithRepository();

    public ApprovalRequiredGlobTableTests() =>
        _cli.WriteUser(
            $"agent: script\nagents: {{script: {{command: [/bin/sh, '{_cli.Home}/agent.sh']}}}}\ndisk: {{reserve: 1}}\n"
                + "permissions: {sandbox: off}\n"
        );

    [Theory]
    [InlineData("")]
    [InlineData("files_write: ['src/**', 'deploy/*', work.txt], ")]
    public async Task GuardedFiles_ThatNobodyAskedFor_AreRefusedByName(string owned)
    {
        string[] paths = ["src/AGENTS.md", "src/.gitattributes", "deploy/Jenkinsfile"];

        var run = await RunAsync(
            $"tasks:\n  - {{id: one, description: One, {owned}max_retries: 0, verification: [test -f work.txt]}}\n",
            paths
        );
        var shown = await _cli.RunAsync("show", "one");

        Assert.True(run.ExitCode == 1, run.People);
        Assert.Contains("always needs the user's approval (always_require_human)", shown.Output + shown.People, StringComparison.Ordinal);
        Assert.All(paths, path => Assert.Contains(path, shown.Output + shown.People, StringComparison.Ordinal));
        Assert.All(paths, path => Assert.DoesNotContain(path, Landed(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task GuardedFiles_NamedByTheirFullPaths_AreAskedFor()
    {
        string[] paths = ["CLAUDE.md", "src/AGENTS.md", ".envrc", ".devcontainer/devcontainer.json", "src/.gitattributes"];

        var run = await RunAsync(
            $"tasks:\n  - {{id: one, description: One, files_write: [work.txt, {string.Join(", ", paths)}], "
                + "verification: [test -f work.txt]}\n",
            paths
        );

        Assert.True(run.ExitCode == 0, run.People);
        Assert.All(paths, path => Assert.Contains(path, Landed(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task CiFile_NamedByItsFullPath_NeedsAPersonAllTheSame()
    {
        var run = await RunAsync(
            "tasks:\n  - {id: one, description: One, files_write: [work.txt, .gitlab-ci.yml], verification: [test -f work.txt]}\n",
            ".gitlab-ci.yml"
        );

        Assert.True(run.ExitCode == 3, run.People);
        Assert.DoesNotContain(".gitlab-ci.yml", Landed(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FolderOfSources_IsAskedAboutForNoGuardedFile()
    {
        var run = await RunAsync(
            "tasks:\n  - {id: one, description: One, files_write: ['src/**', work.txt], verification: [test -f work.txt]}\n",
            "src/code.txt"
        );

        Assert.True(run.ExitCode == 0, run.People);
    }

    [Fact]
    public async Task Token_BehindAPointerOfALargeFile_DoesNotLand()
    {
        File.WriteAllText(
            Path.Combine(_cli.Home, "agent.sh"),
            $$"""
            echo done > work.txt
            printf 'token = "{{Token}}"\n' > "{{_cli.Home}}/content"
            id=$(sha256sum "{{_cli.Home}}/content" | cut -d' ' -f1)
            folder="$(git rev-parse --git-common-dir)/lfs/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-4)"
            mkdir -p "$folder" && cp "{{_cli.Home}}/content" "$folder/$id"
            printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' $id $(wc -c < "{{_cli.Home}}/content") > data.bin
            """
        );
        _cli.Write("tasks.yaml", "tasks:\n  - {id: one, description: One, verification: [test -f work.txt]}\n");

        var run = await _cli.RunAsync("run", "tasks.yaml", "--yes");

        Assert.True(run.ExitCode is not 0, run.People);
        Assert.Contains("data.bin", run.People, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, run.People, StringComparison.Ordinal);
        Assert.DoesNotContain("data.bin", Landed(), StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();

    private string Landed() => _cli.Git("ls-tree", "-r", "--name-only", "main");

    private async Task<CliFixture.CliResult> RunAsync(string plan, params string[] files)
    {
        File.WriteAllText(
            Path.Combine(_cli.Home, "agent.sh"),
            string.Concat(files.Select(file => $"mkdir -p \"$(dirname '{file}')\"; echo '# made' > '{file}'\n")) + "echo done > work.txt\n"
        );
        _cli.Write("tasks.yaml", plan);
        return await _cli.RunAsync("run", "tasks.yaml", "--yes", "--fresh");
    }
}
