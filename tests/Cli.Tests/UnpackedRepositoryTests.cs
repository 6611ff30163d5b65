using System.Collections.Concurrent;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A repository that came in an archive, with a <c>.git</c> of its own that tries all ways known to have git run a
/// program.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class UnpackedRepositoryTests : IDisposable
{
    /// <summary>Commands with what they need to get to work; all others are called without arguments.</summary>
    private static readonly Dictionary<string, string> Arguments = new(StringComparer.Ordinal)
    {
        ["plan"] = "plan 'x'",
        ["validate"] = "validate tasks.yaml",
        ["graph"] = "graph tasks.yaml",
        ["conflicts"] = "conflicts tasks.yaml",
        ["risk"] = "risk tasks.yaml",
        ["contracts"] = "contracts tasks.yaml",
        ["environment"] = "environment tasks.yaml",
        ["prompt"] = "prompt tasks.yaml a",
        ["verify"] = "verify tasks.yaml a",
        ["run"] = "run tasks.yaml",
        ["schema"] = "schema status",
        ["cleanup"] = "cleanup --all",
        ["config list"] = "config list",
        ["config get"] = "config get workers",
        ["trust"] = "trust --json",
        ["complete"] = "complete sta",
        ["completion"] = "completion bash",
        ["diff"] = "diff a",
        ["show"] = "show a",
    };

    /// <summary>Commands that serve, or wait for standard input.</summary>
    private static readonly string[] Endless = ["server", "hook", "ask-model", "drive-acp", "mcp"];

    private readonly CliFixture _cli = new CliFixture().WithRepository();
    private readonly string _told;
    private readonly string _programs;

    public UnpackedRepositoryTests()
    {
        _told = Path.Combine(_cli.Home, "told");
        _programs = Directory.CreateDirectory(Path.Combine(_cli.Home, "programs")).FullName;
        _cli.WriteUser("git: {land: pr}\n");
        Tellers();
        Hostile();
    }

    [Fact]
    public async Task EveryCommand_BeforeAYes_RunsNothingOfTheRepository()
    {
        var program = new OrchestrateProgram(
            _cli.Folder,
            new Dictionary<string, string?>
            {
                ["HOME"] = _cli.Home,
                ["PATH"] = _programs,
                ["GIT_CONFIG_GLOBAL"] = null,
                ["XDG_CONFIG_HOME"] = null,
                ["XDG_STATE_HOME"] = null,
            }
        );
        var lines = Lines().ToList();
        Assert.True(lines.Count > 40, $"only {lines.Count} commands were found");
        var ended = new ConcurrentBag<(string Line, int Code)>();
        await Parallel.ForEachAsync(
            lines,
            new ParallelOptions { MaxDegreeOfParallelism = 3 },
            async (line, _) =>
            {
                var result = await program.RunAsync(line.Replace("'", "", StringComparison.Ordinal).Split(' '));
                ended.Add((line, result.ExitCode));
            }
        );

        Assert.False(File.Exists(_told), File.Exists(_told) ? await File.ReadAllTextAsync(_told) : "");
        Assert.DoesNotContain(ended, end => end.Code is < 0 or > 5);
        Assert.Equal(3, ended.Single(end => end.Line == Arguments["run"]).Code);

        // What it would run it says.
        var question = await program.RunAsync("trust", "--json");
        Assert.Contains("filter.evil.clean", question.StandardOutput.Text, StringComparison.Ordinal);
        Assert.Contains("core.sshcommand", question.StandardOutput.Text, StringComparison.Ordinal);

        // The ways are ways: a git that goes by the repository is caught.
        var git = await new Processes.ProcessRunner().RunAsync(
            new Processes.ChildProcessOptions("git", "status") { WorkingDirectory = _cli.Folder }
        );
        Assert.True(File.Exists(_told), git.StandardError.Text);
    }

    public void Dispose() => _cli.Dispose();

    private static IEnumerable<string> Lines() =>
        from entry in Documentation.CommandPage.All
        where entry.Command.Subcommands.Count == 0 || entry.Command is CliCommand
        let path = entry.Path.StartsWith("orchestrate ", StringComparison.Ordinal) ? entry.Path["orchestrate ".Length..] : entry.Path
        where !Endless.Contains(path.Split(' ')[0], StringComparer.Ordinal) && path.Length > 0 && path != "orchestrate"
        select Arguments.GetValueOrDefault(path, path);

    /// <summary>In place of every program on the PATH one that tells when it is called in the repository; git itself may be.</summary>
    private void Tellers()
    {
        var real = System.Environment.GetEnvironmentVariable("PATH")!.Split(':', StringSplitOptions.RemoveEmptyEntries);
        var teller = Path.Combine(_cli.Home, "teller");
        var places = string.Join(' ', real.Select(folder => $"'{folder}'"));
        File.WriteAllText(
            teller,
            $"""
            #!/bin/sh
            name=$(/usr/bin/basename "$0")
            case "$name $(pwd -P)/" in
              tell-*|*" {_cli.Folder}/"*) echo "$name $* in $(pwd -P)" >> '{_told}' ;;
            esac
            for folder in {places}; do
              [ -x "$folder/$name" ] && exec "$folder/$name" "$@"
            done
            exit 0
            """
        );
        File.SetUnixFileMode(teller, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var name in real.Where(Directory.Exists).SelectMany(Directory.EnumerateFiles).Select(Path.GetFileName).Distinct())
        {
            var own = Path.Combine(_programs, name!);
            File.CreateSymbolicLink(own, name is "git" ? real.Select(folder => Path.Combine(folder, name)).First(File.Exists) : teller);
        }
    }

    private void Hostile()
    {
        var tell = Path.Combine(_cli.Home, "tell-");
        string Way(string name)
        {
            File.CreateSymbolicLink(tell + name, Path.Combine(_cli.Home, "teller"));
            return tell + name;
        }
        _cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [test -f a.txt]}\n");
        _cli.Write(".gitattributes", "* filter=evil diff=evil merge=evil\n*.md filter=process\n");
        _cli.Write("notes.md", "old\n");
        _cli.Git("init", "-q", "nested");
        _cli.Write("nested/.gitattributes", "* filter=nested\n");
        _cli.Write("nested/x", "x\n");
        _cli.Git("-C", "nested", "add", "-A");
        _cli.Git("-C", "nested", "-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "-qm", "x");
        _cli.Git("add", "-A");
        _cli.Git("-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "-qm", "Second");
        _cli.Write(
            "nested/.git/config",
            $"[core]\n\trepositoryformatversion = 0\n\tfsmonitor = {Way("nested-fsmonitor")}\n"
                + $"[filter \"nested\"]\n\tclean = {Way("nested-filter")}\n"
        );
        _cli.Write(
            ".git/config",
            $"""
            [core]
                repositoryformatversion = 0
                bare = false
                hooksPath = hooks
                fsmonitor = {Way("fsmonitor")}
                pager = {Way("pager")}
                editor = {Way("editor")}
                askPass = {Way("askpass")}
                sshCommand = {Way("ssh")}
                gitProxy = {Way("proxy")}
                alternateRefsCommand = {Way("alternates")}
                attributesFile = .gitattributes
            [extensions]
                worktreeConfig = true
            [include]
                path = more
            [sequence]
                editor = {Way("sequence")}
            [interactive]
                diffFilter = {Way("interactive")}
            [filter "evil"]
                clean = {Way("clean")}
                smudge = {Way("smudge")}
                required = true
            [filter "process"]
                process = {Way("process")}
                required = true
            [diff]
                external = {Way("external")}
            [diff "evil"]
                textconv = {Way("textconv")}
                command = {Way("command")}
            [merge "evil"]
                driver = {Way("driver")}
            [alias]
                status = !{Way("alias-status")}
                rev-parse = !{Way("alias-rev-parse")}
                merge-tree = !{Way("alias-merge-tree")}
            [credential]
                helper = {Way("credential")}
            [gpg]
                program = {Way("gpg")}
            [commit]
                gpgSign = true
            [log]
                showSignature = true
            [pager]
                status = {Way("pager-status")}
                config = {Way("pager-config")}
            [uploadpack]
                packObjectsHook = {Way("pack-objects")}
            [hook "evil"]
                command = {Way("hook-command")}
                event = reference-transaction
            [submodule "nested"]
                url = ./nested
                update = !{Way("submodule")}
            [submodule]
                recurse = true
            [protocol]
                allow = always
            [protocol "ext"]
                allow = always
            [remote "origin"]
                url = ext::{Way("ext")}
                vcs = evil
                uploadpack = {Way("uploadpack")}
                receivepack = {Way("receivepack")}
                promisor = true
                partialclonefilter = blob:none
                fetch = +refs/heads/*:refs/remotes/origin/*
            [maintenance]
                auto = true
            [gc]
                auto = 1
            """
        );
        _cli.Write(".git/more", $"[filter \"evil\"]\n\tsmudge = {Way("included")}\n[filter \"a=b\"]\n\tclean = {Way("equals")}\n");
        _cli.Write(".git/config.worktree", $"[filter \"worktree\"]\n\tclean = {Way("worktree-config")}\n");
        _cli.Write(".git/info/attributes", "README.md filter=worktree\nnotes.md filter=a=b\n");
        foreach (
            var hook in (string[])
                ["post-checkout", "reference-transaction", "post-index-change", "pre-push", "pre-commit", "fsmonitor-watchman"]
        )
        {
            var path = _cli.Write($".git/hooks/{hook}", $"#!/bin/sh\n{Way("hook-" + hook)}\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        // As in an archive: git has to look at every file again.
        foreach (var file in (string[])["README.md", "notes.md", "tasks.yaml", ".gitattributes", "nested/x"])
        {
            File.SetLastWriteTimeUtc(Path.Combine(_cli.Folder, file), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }
        File.Delete(_told);
    }
}
