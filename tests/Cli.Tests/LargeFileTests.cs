using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Confined agents in a repository with git LFS: they read and commit large files, and change none that is there.</summary>
public sealed class LargeFileTests
{
    [LargeFileFact]
    public async Task Run_ConfinedAgentsWithLargeFiles_CommitThemAndCanNotChangeThoseThatAreThere()
    {
        using var cli = new CliFixture().WithRepository();
        await PrepareAsync(
            cli,
            """
            grep -q 'old content' old.bin
            rm old.bin && git checkout -q old.bin && grep -q 'old content' old.bin
            case $ORCHESTRATOR_TASK in
              a) echo 'new content' >new.bin ;;
              b) rm new.bin && git checkout -q new.bin && grep -q 'new content' new.bin && echo 'newer content' >newer.bin ;;
            esac
            git add -A && git commit -qm large
            # Its own folder: nothing of it stays but what was committed, and no name can be taken for another content.
            forged=$(git rev-parse --git-common-dir)/lfs/objects/ab/cd
            mkdir -p "$forged" && echo evil >"$forged/abcd$(printf '%060d' 0)"
            find /run/orchestrate-git/lfs/objects -type f | while read -r object; do ! { echo evil >"$object"; } 2>/dev/null; done
            """,
            """
            tasks:
              - {id: a, description: A, files_write: [new.bin], max_retries: 0, verification: [grep -q 'new content' new.bin]}
              - {id: b, description: B, files_write: [newer.bin], depends_on: [a], max_retries: 0, verification: [grep -q newer newer.bin]}
            """
        );

        var run = await new OrchestrateProgram(cli.Folder, Variables(cli)).RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text);
        Assert.StartsWith("version https://git-lfs", await GitAsync(cli, "show", "main:newer.bin"), StringComparison.Ordinal);
        Assert.Equal(
            ("old content\n", "new content\n", "newer content\n"),
            (cli.Read("old.bin"), cli.Read("new.bin"), cli.Read("newer.bin"))
        );
        Assert.Contains("Git LFS fsck OK", await GitAsync(cli, "lfs", "fsck", "--objects"), StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetFiles(Path.Combine(cli.Folder, ".git/lfs/objects"), "*", SearchOption.AllDirectories).Length);
    }

    [LargeFileFact]
    public async Task Run_AgentCommitsALargeFileWhoseContentIsNowhere_IsSentBackWithASentence()
    {
        using var cli = new CliFixture().WithRepository();
        await PrepareAsync(
            cli,
            """
            case $ORCHESTRATOR_ATTEMPT in
              1) printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12\n' 7 >new.bin ;;
              *) echo 'new content' >new.bin ;;
            esac
            git add -A && git commit -qm large
            """,
            "tasks:\n  - {id: a, description: A, files_write: [new.bin], max_retries: 1, verification: [grep -q content new.bin]}\n"
        );

        var run = await new OrchestrateProgram(cli.Folder, Variables(cli)).RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text);
        Assert.Equal("new content\n", cli.Read("new.bin"));
        var report = await new OrchestrateProgram(cli.Folder, Variables(cli)).RunAsync("show", "a");
        Assert.Contains(
            "The content of new.bin, which Git LFS stores, is not in the repository",
            report.StandardOutput.Text,
            StringComparison.Ordinal
        );
    }

    /// <summary>A repository with a large file, and an agent that is a shell script.</summary>
    private static async Task PrepareAsync(CliFixture cli, string script, string plan)
    {
        cli.Write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
        cli.Write("old.bin", "old content\n");
        var agent = Path.Combine(cli.Home, "agent.sh");
        const string Identity = "set -e\nexport GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x\n";
        await File.WriteAllTextAsync(agent, Identity + script);
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: on}}\n"
        );
        cli.Write("tasks.yaml", plan);
        await GitAsync(cli, "lfs", "install", "--skip-repo");
        await GitAsync(cli, "add", "-A");
        await GitAsync(cli, "commit", "-q", "-m", "Large");
    }

    private static Dictionary<string, string?> Variables(CliFixture cli) =>
        new()
        {
            ["HOME"] = cli.Home,
            [Unconfined.Variable] = null,
            ["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache"),
            ["GIT_AUTHOR_NAME"] = "x",
            ["GIT_AUTHOR_EMAIL"] = "x@localhost",
            ["GIT_COMMITTER_NAME"] = "x",
            ["GIT_COMMITTER_EMAIL"] = "x@localhost",
        };

    private static async Task<string> GitAsync(CliFixture cli, params string[] arguments)
    {
        var done = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("git", arguments) { WorkingDirectory = cli.Folder, Environment = Variables(cli) }
        );
        Assert.True(done.Succeeded, $"git {string.Join(' ', arguments)}: {done.StandardError.Text}");
        return done.StandardOutput.Text;
    }
}
