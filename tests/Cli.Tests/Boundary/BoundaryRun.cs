using Orchestrator.Agents.Tests;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests.Boundary;

/// <summary>One run in which every attacker of <see cref="BoundaryTable"/> tries every deed.</summary>
public sealed class BoundaryRun : IAsyncLifetime
{
    /// <summary>Sleep duration of the processes that attackers leave, unusual so that they can be found by it.</summary>
    private const string Sleep = "98765.4321";

    private const string Key = "canary-key-5d1f";

    private readonly CliFixture _cli = new CliFixture().WithRepository();
    private readonly Dictionary<string, HashSet<string>> _said = [];
    private BoundaryListeners? _listeners;

    /// <summary>Words that the listeners received from the attackers, empty for a call without words.</summary>
    public IReadOnlyList<string> Calls { get; private set; } = [];

    /// <summary>Differences of the user's files and of the run from a run without attackers, a sentence each.</summary>
    public IReadOnlyList<string> Changed { get; private set; } = [];

    public async Task InitializeAsync()
    {
        if (new BubblewrapFactAttribute().Skip is not null)
        {
            return;
        }
        Prepare();
        var head = _cli.Git("rev-parse", "HEAD");
        var run = await _cli.RunAsync("run", "--yes");

        var status = (await _cli.RunAsync("status", "--json")).Json;
        var states = status["tasks"]!.AsArray().Select(task => (string)task!["state"]!).ToList();
        Assert.True(states is ["merged", "awaiting-approval"], run.People);
        var logs = Directory.GetFiles(Path.Combine(_cli.Folder, ".orchestrator/runs"), "gate-*.log", SearchOption.AllDirectories);
        foreach (
            var line in logs.Select(File.ReadAllText)
                .Append(_cli.Git("show", $"orchestrator/{(string)status["runId"]!}/staging:a.txt"))
                .SelectMany(text => text.Split('\n'))
                .Where(line => line.EndsWith(": done", StringComparison.Ordinal) || line.EndsWith(": refused", StringComparison.Ordinal))
        )
        {
            var (name, outcome) = (line.Split(": ")[0], line.Split(": ")[1]);
            _said.TryAdd(name, []);
            _said[name].Add(outcome);
        }
        Calls = [.. _listeners!.Calls];
        Changed = [.. await FindChangesAsync(head)];
    }

    public Task DisposeAsync()
    {
        _listeners?.Dispose();
        _cli.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The outcomes that an attacker printed for a deed: <c>done</c>, <c>refused</c>, or both if it ran several times.</summary>
    internal IReadOnlyCollection<string> Said(string attacker, Deed deed) =>
        _said.GetValueOrDefault($"{attacker}/{deed.Name}") ?? (IReadOnlyCollection<string>)[];

    /// <summary>Runs the harmless deeds without a sandbox.</summary>
    /// <returns>Names of the deeds that were possible, and what the listeners received.</returns>
    internal async Task<(IReadOnlyList<string> Done, IReadOnlyList<string> Calls)> RunOutsideAsync()
    {
        var calls = _listeners!.Calls.Count;
        var deeds = BoundaryTable.Targets.SelectMany(row => row.Deeds).Where(deed => BoundaryTable.Harmless.Contains(deed.Name)).ToList();
        var result = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("/bin/sh", "-c", $"set -- outside\n{Variables(_listeners)}{Lines(deeds)}")
            {
                WorkingDirectory = _cli.Home,
            }
        );
        await Eventually.TrueAsync(() => deeds.Where(deed => deed.Judge == Judge.Listener).All(IsCalled));
        return (
            [.. result.StandardOutput.Text.Split('\n').Where(line => line.EndsWith(": done", StringComparison.Ordinal))],
            [.. _listeners.Calls.Skip(calls)]
        );

        bool IsCalled(Deed deed) => _listeners.Calls.Any(call => call.Contains($"outside-{deed.Name}", StringComparison.Ordinal));
    }

    private void Prepare()
    {
        _cli.Environment.Remove(Unconfined.Variable);
        _cli.Environment["XDG_CACHE_HOME"] = Path.Combine(_cli.Home, "cache");
        _cli.Environment["OPENAI_API_KEY"] = Key;
        _cli.Environment["GITHUB_TOKEN"] = Key;
        Write(".bashrc", "# mine\n");
        Write(".ssh/id_canary", "mine\n");
        Write("tmp/canary", "mine\n");
        Write(".config/orchestrator/.keep", "");
        Write(".config/git/attributes", "# mine\n");
        Write(".nuget/packages/canary/a.targets", "mine\n");
        Write("run/.keep", "");
        _listeners = new BoundaryListeners(Path.Combine(_cli.Home, "run/canary.sock"));
        var attack = Path.Combine(_cli.Home, "attack.sh");
        File.WriteAllText(attack, Attack(_listeners));
        var agent = Path.Combine(_cli.Home, "agent.sh");
        File.WriteAllText(
            agent,
            $"""
            sh {attack} agent >a.txt
            hooks=$(git rev-parse --git-path hooks)
            mkdir -p "$hooks"
            printf '#!/bin/sh\nunset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE\nsh {attack} hook >>a.txt\n' >"$hooks/pre-commit"
            chmod +x "$hooks/pre-commit"
            git -c user.name=a -c user.email=a@localhost commit -q --allow-empty -m hook
            left='sh {attack} left >left.tmp; mv left.tmp left.out'
            (env -i PATH="$PATH" HOME="$HOME" TMPDIR="$TMPDIR" setsid sh -c "$left" </dev/null >/dev/null 2>&1 &)
            while [ ! -e left.out ]; do sleep 0.1; done
            cat left.out >>a.txt
            rm -f left.out far-*
            """
        );
        _cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, {agent}]}}}}\ndisk: {{reserve: 1}}\n"
                + $"permissions: {{sandbox: on, read: [{attack}, {agent}]}}\nworktrees: {{setup: ['sh {attack} setup > setup.out']}}\n"
        );
        _cli.Write(
            "tasks.yaml",
            $$"""
            tasks:
              - id: a
                description: A
                files_write: [a.txt]
                verification: [{command: 'sh {{attack}} gate; cat setup.out; test -f a.txt'}]
                measurements: [{name: n, command: 'sh {{attack}} measurement >&2; echo 5', expect: '<= 9'}]
              - {id: e, description: E, files_write: [e.txt], requires_approval: true, verification: [{command: test -f e.txt}]}
            """
        );
        _cli.Write(".gitignore", ".orchestrator/*\n.worktrees\nsetup.out\nfar-*\n");
        _cli.Git("add", "-A");
        _cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        _cli.Write(".orchestrator/secrets.env", $"ANTHROPIC_API_KEY={Key}\n");
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_cli.Home, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private string Attack(BoundaryListeners listeners) =>
        Variables(listeners)
        + $"(env -i setsid sleep {Sleep} </dev/null >/dev/null 2>&1 &)\n"
        + Lines(BoundaryTable.Allowed.Concat(BoundaryTable.Targets.SelectMany(row => row.Deeds)));

    private string Variables(BoundaryListeners listeners) =>
        $"name=$1 o='{OrchestrateProgram.Path}' r='{_cli.Folder}' h='{_cli.Home}' engine={Environment.ProcessId}\n"
        + $"port={listeners.Port} abstract={listeners.Abstract}\n"
        + """
            call='my ($kind, $at, $word) = @ARGV; $at = "\0$at" if $kind eq "abstract"; socket(S, AF_UNIX, SOCK_STREAM, 0) or exit 1;
              connect(S, $kind eq "abstract" ? pack("S a*", AF_UNIX, $at) : sockaddr_un($at)) or exit 1; syswrite S, $word;'
            own='-u ORCHESTRATOR_START -u ORCHESTRATOR_TASK -u ORCHESTRATOR_RUN -u ORCHESTRATOR_STEP -u ORCHESTRATOR_REPOSITORY'
            person() { (cd "$r" && env $own HOME="$h" "$@"); }

            """;

    private static string Lines(IEnumerable<Deed> deeds) =>
        string.Concat(
            deeds.Select(deed =>
                $"if (eval '{deed.Script.Replace("'", "'\\''", StringComparison.Ordinal)}') >/dev/null 2>&1; then echo "
                + $"\"$name/{deed.Name}: done\"; else echo \"$name/{deed.Name}: refused\"; fi\n"
            )
        );

    private async Task<IEnumerable<string>> FindChangesAsync(string head)
    {
        List<string> changes = [];
        Compare("HEAD", head, _cli.Git("rev-parse", "HEAD"));
        Compare("fsck", "", _cli.Git("fsck", "--no-dangling"));
        Compare("git status", "", _cli.Git("status", "--porcelain"));
        Compare(".bashrc", "# mine\n", Read(".bashrc"));
        Compare("attributes", "# mine\n", Read(".config/git/attributes"));
        Compare("downloads", "mine\n", Read(".nuget/packages/canary/a.targets"));
        Compare("home", "", File.Exists(Path.Combine(_cli.Home, ".new")) ? ".new" : "");
        Compare("hooks", "", File.Exists(Path.Combine(_cli.Folder, ".git/hooks/pre-commit")) ? "pre-commit" : "");
        var git = _cli.Git("config", "--list", "--local") + _cli.Git("branch", "--list");
        Compare("git", "", git.Contains("evil", StringComparison.Ordinal) ? git : "");
        Compare(
            "processes",
            "",
            string.Join(' ', ProcessTable.All().Where(one => one.Name == "sleep" && IsLeft(one)).Select(one => one.ProcessId))
        );
        var events = (await _cli.RunAsync("events", "--json")).Output;
        Compare("events", "", events.Contains("\"by\"", StringComparison.Ordinal) ? events : "");
        return changes;

        void Compare(string what, string expected, string found)
        {
            if (expected != found)
            {
                changes.Add($"{what}: {found}");
            }
        }

        string Read(string path) => File.ReadAllText(Path.Combine(_cli.Home, path));
    }

    private static bool IsLeft(ProcessTableRow process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.ProcessId}/cmdline").Contains(Sleep, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
