using System.Text;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// Our own git calls run no program and follow no diff attribute that an agent or a repository set up. Tested through the program, without
/// a sandbox.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OwnGitTests : IDisposable
{
    private const string Plan = """
        tasks:
          - {id: a, description: A, files_write: ['*.txt'], max_retries: 0, verification: [test -f a.txt]}
          - {id: b, description: B, files_write: [b/**], depends_on: [a], max_retries: 0, verification: [test -f b/b.txt]}
        """;

    // Has the form of a token, and is none.
    private const string Token = "ghp_" + "Zq8Lw3Xv6Tn1Rk9Pm4Hj7Fd2Bs5Cy0GaUeWo";

    private readonly CliFixture _cli = new CliFixture().WithRepository();
    private readonly string _told;
    private readonly string _teller;

    public OwnGitTests()
    {
        _told = Path.Combine(_cli.Home, "told");
        _teller = Program(Path.Combine(_cli.Home, "teller"), $"#!/bin/sh\necho \"$0 $*\" >> '{_told}'\ncat\n");
        _cli.Write("tasks.yaml", Plan);
    }

    [Fact]
    public async Task Run_AgentThatSetsUpFilters_RunsNoneOfThemInOurCalls()
    {
        Agent(
            $$"""
            set -e
            tell() { echo "{{_teller}} $1"; }
            git config --global filter.home.clean "$(tell home)"
            git config --global filter.home.smudge "$(tell home)"
            git config --global filter.home.process "$(tell home)"
            git config --global core.fsmonitor "$(tell fsmonitor)"
            mkdir -p "$HOME/.config/git"
            echo '* filter=home' > "$HOME/.config/git/attributes"
            common=$(git rev-parse --path-format=absolute --git-common-dir)
            printf '[filter "local=x"]\n\tclean = {{_teller}} local\n\tsmudge = {{_teller}} local\n' > "$HOME/included"
            git config --file "$common/config" include.path "$HOME/included"
            git config --file "$common/config" filter.here.clean "$(tell here)"
            git config --file "$common/config" merge.here.driver "$(tell merge)"
            git config --file "$common/config" diff.here.textconv "$(tell textconv)"
            mkdir -p "$common/info" "$common/hooks"
            printf '* filter=here\n*.txt filter=local=x merge=here diff=here\n' > "$common/info/attributes"
            printf '#!/bin/sh\n{{_teller}} hook\n' > "$common/hooks/reference-transaction"
            chmod +x "$common/hooks/reference-transaction"
            if [ "$ORCHESTRATOR_TASK" = a ]; then echo a > a.txt; else mkdir -p b; echo b > b/b.txt; fi
            rm -f '{{_told}}'
            """
        );

        var run = await RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, Said(run));
        Assert.False(File.Exists(_told), File.Exists(_told) ? await File.ReadAllTextAsync(_told) : "");
        Assert.Equal("a\n", _cli.Git("show", "main:a.txt"));
        Assert.Equal("b\n", _cli.Git("show", "main:b/b.txt"));
    }

    [Fact]
    public async Task Run_AgentThatNestsARepository_HasNoGitRunInIt()
    {
        // Seen by the snapshots while it works, and by all calls after it.
        Agent(
            $$"""
            set -e
            git init -q nested
            (cd nested && echo x > x && echo '* filter=e' > .gitattributes && git add -A && git commit -qm x
             git config filter.e.clean '{{_teller}} nested'; git config core.fsmonitor '{{_teller}} nested')
            git add nested || true
            (cd nested && touch -d 2001-01-01 x)
            echo a > a.txt
            rm -f '{{_told}}'
            """
        );

        var run = await RunAsync("run", "--yes");
        var diff = await RunAsync("diff", "a");
        var check = await RunAsync("check");

        Assert.False(File.Exists(_told), File.Exists(_told) ? await File.ReadAllTextAsync(_told) : "");
        Assert.NotEqual(0, run.ExitCode);
        Assert.True(diff.ExitCode is 0 or 2, Said(diff));
        Assert.NotEqual(3, check.ExitCode);
    }

    [Fact]
    public async Task Run_FilterOfThePersonsOwn_IsUsedAsItWasWhenTheRunBegan()
    {
        var mine = Program(Path.Combine(_cli.Home, "mine"), "#!/bin/sh\nsed s/plain/cipher/\n");
        await GitOfPersonAsync("config", "--global", "filter.mine.clean", mine);
        await GitOfPersonAsync("config", "--global", "include.path", "~/more");
        await File.WriteAllTextAsync(
            Path.Combine(_cli.Home, "more"),
            "[filter \"mine\"]\n\trequired = true\n\tsmudge = cat\n[core]\n\tattributesFile = ~/mine.attributes\n"
        );
        await File.WriteAllTextAsync(Path.Combine(_cli.Home, "mine.attributes"), "*.txt filter=mine\n");
        Agent(
            "git config --global filter.mine.clean false; : > \"$HOME/mine.attributes\"; : > \"$HOME/more\"\n"
                + "mkdir -p b; [ -f a.txt ] && echo plain > b/b.txt || echo plain > a.txt\n"
        );

        var run = await RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, Said(run));
        Assert.Equal("cipher\n", _cli.Git("show", "main:a.txt"));
        Assert.Equal("cipher\n", _cli.Git("show", "main:b/b.txt"));
    }

    [Fact]
    public async Task Run_SomebodyChangesTheCopyOfGitsConfiguration_NamesItAndUsesItNot()
    {
        Agent(
            $"""
            for copy in "$HOME"/.local/state/orchestrator/git/*/config; do
              chmod u+w "$copy"; printf '[filter "x"]\n\tclean = {_teller} copy\n' >> "$copy"
            done
            echo '* filter=x' > "$(git rev-parse --path-format=absolute --git-common-dir)/info/attributes"
            echo a > a.txt
            """
        );

        var run = await RunAsync("run", "--yes");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("The run's copy of git's configuration", Said(run), StringComparison.Ordinal);
        Assert.False(File.Exists(_told));
        Assert.Equal("First\n", _cli.Git("log", "--format=%s", "main"));
    }

    [Fact]
    public async Task Run_TokensBehindAttributes_AreFoundAndNotLanded()
    {
        const string Attributes =
            "plain.txt -diff\nbinary.txt binary\nunset.txt -text -diff\nconverted.txt diff=nothing\n"
            + "encoded.txt working-tree-encoding=UTF-16LE\nexternal.txt diff=nothing\n";
        _cli.Write(".gitattributes", Attributes);
        _cli.Write(".git/info/attributes", Attributes);
        _cli.Git("add", "-A");
        _cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Attributes");
        await GitOfPersonAsync("config", "--global", "diff.nothing.textconv", "true");
        await GitOfPersonAsync("config", "--global", "diff.nothing.command", "true");
        await GitOfPersonAsync("config", "--global", "diff.nothing.binary", "true");
        Directory.CreateDirectory(Path.Combine(_cli.Home, ".config", "git"));
        await File.WriteAllTextAsync(Path.Combine(_cli.Home, ".config", "git", "attributes"), "* -diff\n");
        foreach (
            var (name, content) in new (string, byte[])[]
            {
                ("wide", Encoding.Unicode.GetBytes($"a = {Token}\n")),
                ("nul", [0, .. Encoding.ASCII.GetBytes($"\n{Token}\n"), 0]),
                ("long", Encoding.ASCII.GetBytes(new string('x', 30_000) + $" {Token}\n")),
            }
        )
        {
            await File.WriteAllBytesAsync(Path.Combine(_cli.Home, name), content);
        }
        Agent(
            $"""
            for f in plain binary unset converted external; do echo 'a = {Token}' > $f.txt; done
            cp "$HOME/wide" encoded.txt; cp "$HOME/wide" wide.txt; cp "$HOME/nul" nul.txt; cp "$HOME/long" long.txt
            echo a > a.txt; mkdir -p b; [ "$ORCHESTRATOR_TASK" = a ] || echo b > b/b.txt
            """
        );

        var run = await RunAsync("run", "--yes");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal("Attributes\nFirst\n", _cli.Git("log", "--format=%s", "main"));
        var found = await File.ReadAllTextAsync(
            Directory.GetFiles(Path.Combine(_cli.Folder, ".orchestrator", "runs"), "secrets.md", SearchOption.AllDirectories).Single()
        );
        foreach (var file in (string[])["plain", "binary", "unset", "converted", "external", "encoded", "wide", "nul", "long"])
        {
            Assert.Contains($"{file}.txt", found, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _cli.Dispose();

    private void Agent(string script)
    {
        var agent = Path.Combine(_cli.Home, "agent.sh");
        File.WriteAllText(agent, $"cat > /dev/null\n{script}\nexit 0\n");
        _cli.WriteUser(
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, '{agent}']}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: off}}\n"
                + "review: {enabled: false}\n"
        );
    }

    private Task<ProcessResult> RunAsync(params string[] arguments) =>
        new OrchestrateProgram(_cli.Folder, Environment()).RunAsync(arguments);

    private Dictionary<string, string?> Environment() =>
        new()
        {
            ["HOME"] = _cli.Home,
            ["XDG_CONFIG_HOME"] = null,
            ["XDG_STATE_HOME"] = null,
            ["GIT_CONFIG_GLOBAL"] = null,
            ["GIT_AUTHOR_NAME"] = "Test",
            ["GIT_AUTHOR_EMAIL"] = "test@localhost",
            ["GIT_COMMITTER_NAME"] = "Test",
            ["GIT_COMMITTER_EMAIL"] = "test@localhost",
        };

    private async Task GitOfPersonAsync(params string[] arguments)
    {
        var result = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("git", arguments) { WorkingDirectory = _cli.Home, Environment = Environment() }
        );
        Assert.True(result.Succeeded, result.StandardError.Text);
    }

    private static string Said(ProcessResult result) => $"{result.ExitCode}: {result.StandardError.Text}{result.StandardOutput.Text}";

    private static string Program(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
