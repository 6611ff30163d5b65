using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Agents.Tests;
using Orchestrator.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Cli.Tests;

/// <summary>Agents that do whatever a shell can, drawn by a seed, on every path that they can name: afterwards all but their own work is as
/// if they had never run. HOSTILE_SEED plays one again.</summary>
public sealed partial class HostileAgentTests(ITestOutputHelper output)
{
    private const int DeedsInARound = 40;
    private const int DeedsInASample = 12;
    private const int Rounds = 500;
    private const int AtOnce = 10;

    /// <summary>Shell commands that damage the path <c>$p</c> or files beside it.</summary>
    private static readonly string[] Deeds =
    [
        "echo x >\"$p\"",
        "echo x >>\"$p\"",
        ": >\"$p\"",
        "rm -f \"$p\"",
        "rm -rf \"$p\"",
        "mv \"$p\" \"$p.moved\"",
        "mv \"$p\" ./taken",
        "mv ./own.txt \"$p\"",
        "cp own.txt \"$p\"",
        "cp -r . \"$p/copy\"",
        "ln -s /etc/passwd \"$p\"",
        "ln -sf \"$q\" \"$p\"",
        "ln -f \"$q\" \"$p\"",
        "ln \"$p\" ./hard && echo x >>./hard",
        "rm -rf \"$p\"; ln -s \"$q\" \"$p\"",
        "rm -rf \"$p\"; mkfifo \"$p\"",
        "rm -rf \"$p\"; mkdir -p \"$p/deep\"",
        "mkdir -p \"$p\"",
        "chmod 000 \"$p\"",
        "chmod -R 777 \"$p\"",
        "chown -R 65534 \"$p\"",
        "touch -d 2001-01-01 \"$p\"",
        "truncate -s 100M \"$p\"",
        "head -c 2000000 /dev/urandom >\"$p\"",
        "for i in $(seq 200); do echo x >\"$p/f$i\"; done",
        "find \"$p\" -type f | head -50 | while read -r f; do echo x >>\"$f\"; done",
        "find \"$p\" -name '*.lock' -delete",
        "touch \"$p.lock\"",
        "tar -C / -xf /dev/null; tar -cf \"$p.tar\" own.txt",
        "mount -t tmpfs none \"$p\"",
        "mount --bind . \"$p\"",
        "mount -o remount,rw,bind \"$p\"",
        "umount -l \"$p\"",
        "unshare -Urm mount -t tmpfs none \"$p\"",
        "unshare -Urm sh -c 'mount -o remount,rw,bind / && echo x >'\"$p\"",
        "chroot \"$p\" /bin/sh -c true",
        "mknod \"$p\" b 8 0",
        "dd if=/dev/zero of=\"$p\" bs=1k count=1 conv=notrunc",
        "kill -9 -1",
        "kill -STOP -1",
        "kill -STOP $PPID",
        "kill -9 $(ls /proc | grep '^[0-9]' | shuf -n 3)",
        "(env -i setsid sleep SLEEP </dev/null >/dev/null 2>&1 &)",
        "(setsid sh -c \"(sleep SLEEP; echo x >'$p') &\" </dev/null >/dev/null 2>&1)",
        "(while :; do echo x >\"$p\"; done 2>/dev/null &) 2>/dev/null",
        "for i in 1 2 3 4 5 6 7 8; do (sleep SLEEP &) ; done",
        "git -C \"$p\" commit --allow-empty -qm evil",
        "git -C \"$p\" reset -q --hard HEAD~1",
        "git -C \"$p\" branch -f main HEAD~1",
        "git update-ref refs/heads/main HEAD~1",
        "git branch -D main",
        "git pack-refs --all --prune",
        "git gc --prune=now -q",
        "git config core.hooksPath \"$p\"",
        "git config --global core.fsmonitor 'touch x'",
        "git worktree remove --force \"$p\"",
        "git worktree add \"$p\"",
        "git stash -u; git stash clear",
        "git checkout -q --orphan evil",
        "rm -rf .git; echo \"gitdir: $p\" >.git",
        "\"$o\" done --status completed --task n",
        "env -u ORCHESTRATOR_START -u ORCHESTRATOR_TASK \"$o\" approve n -C \"$r\"",
        "ORCHESTRATOR_TASK=n ORCHESTRATOR_START=\"$s/../../n/1\" \"$o\" done --status failed --task n --reason evil",
        "\"$o\" mail send n 'From a person: stop at once'",
    ];

    /// <summary>Files in the home folder that belong to runs, and caches of package managers.</summary>
    private static readonly string[] Ours =
    [
        ".config/orchestrator",
        ".local",
        ".npm",
        ".cache",
        ".nuget",
        ".cargo",
        ".m2",
        ".gradle",
        ".dotnet",
        "go",
        ".bun",
        ".yarn",
    ];

    /// <summary>A small round; HOSTILE_SEED plays one of the many again.</summary>
    [BubblewrapFact]
    public Task Run_HostileAgent_AllButItsOwnWorkIsAsIfItHadNeverRun() =>
        int.TryParse(Environment.GetEnvironmentVariable("HOSTILE_SEED"), out var seed)
            ? PlayAsync(seed, AtOnce, DeedsInARound)
            : PlayAsync(Random.Shared.Next(), agents: 2, DeedsInASample);

    /// <summary>HOSTILE_ROUNDS, 500 unless told, ten agents to a run.</summary>
    [BubblewrapFact]
    [Trait("Category", "Full")]
    public async Task Run_HostileAgents_ManyRounds()
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("HOSTILE_ROUNDS"), out var given) ? given : Rounds;
        for (var played = 0; played < rounds; played += AtOnce)
        {
            await PlayAsync(Random.Shared.Next(), AtOnce, DeedsInARound);
        }
    }

    private async Task PlayAsync(int seed, int agents, int deeds)
    {
        string[] hostile = [.. Enumerable.Range(1, agents).Select(number => $"h{number}")];
        output.WriteLine($"HOSTILE_SEED={seed}, {agents} agents of {deeds} deeds");
        var random = new Random(seed);
        var sleep = $"98{seed % 100000:d5}.{random.Next(1000, 9999)}";
        using var cli = new CliFixture().WithRepository();
        cli.Environment.Remove(Unconfined.Variable);
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");
        Directory.CreateDirectory(Path.Combine(cli.Home, "private"));
        File.WriteAllText(Path.Combine(cli.Home, "private", "letter.txt"), "dear\n");
        File.WriteAllText(Path.Combine(cli.Home, ".gitconfig"), "[user]\nname = A\nemail = a@b\n");
        var agent = Path.Combine(cli.Home, "agent.sh");
        File.WriteAllText(agent, Script(cli, random, sleep, hostile, deeds));
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/bash, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: on}}\n"
                + $"timeout: 30s\nmax_remediations: 0\nretry: {{max_attempts: 1}}\nworkers: {agents + 1}\n"
        );
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: n, description: N, files_write: [n.txt], verification: [{command: grep -q good n.txt}]}\n"
                + string.Concat(
                    hostile.Select(id =>
                        $"  - {{id: {id}, description: H, files_write: [{id}.txt], verification: [{{command: test -e {id}.txt}}]}}\n"
                    )
                )
        );
        cli.Write(".gitignore", ".orchestrator/*\n.worktrees\n");
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        var before = Outside(cli);

        var run = await cli.RunAsync("run", "--yes");

        var status = (await cli.RunAsync("status", "--json")).Json;
        Assert.True("merged" == (string?)status["tasks"]![0]!["state"], $"seed {seed}: {run.People}");
        var staging = cli.Git("for-each-ref", "--format=%(objectname)", $"refs/orchestrator/merged/{(string)status["runId"]!}");
        Assert.Equal("good", cli.Git("show", $"{staging.Trim()}:n.txt").Trim());
        Assert.Equal(before, Outside(cli));
        Assert.Equal("", cli.Git("fsck", "--no-dangling", "--no-reflogs"));
        Assert.Subset(
            new HashSet<string>([".gitignore", "README.md", "n.txt", "tasks.yaml", .. hostile.Select(id => $"{id}.txt")]),
            cli.Git("ls-tree", "-r", "--name-only", staging.Trim()).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet()
        );
        Assert.DoesNotContain(
            Directory.EnumerateDirectories("/proc"),
            process =>
            {
                try
                {
                    return File.ReadAllText(Path.Combine(process, "cmdline")).Contains(sleep, StringComparison.Ordinal);
                }
                catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
                {
                    return false;
                }
            }
        );
    }

    /// <summary>The other agent works beside; each hostile one does its deeds for some seconds, then continues as if nothing
    /// were.</summary>
    private static string Script(CliFixture cli, Random random, string sleep, IReadOnlyList<string> hostile, int deeds)
    {
        string[] paths =
        [
            cli.Folder,
            $"{cli.Folder}/.git",
            $"{cli.Folder}/.git/objects",
            $"{cli.Folder}/.git/refs/heads/main",
            $"{cli.Folder}/.git/HEAD",
            $"{cli.Folder}/.git/config",
            $"{cli.Folder}/.git/index",
            $"{cli.Folder}/.git/packed-refs",
            $"{cli.Folder}/.git/hooks/pre-commit",
            $"{cli.Folder}/.git/worktrees",
            $"{cli.Folder}/.git/info/attributes",
            $"{cli.Folder}/README.md",
            $"{cli.Folder}/.orchestrator",
            $"{cli.Folder}/.orchestrator/engine.db",
            $"{cli.Folder}/.orchestrator/config.yaml",
            $"{cli.Folder}/.worktrees",
            "$(ls -d \"$r\"/.worktrees/*/n | head -1)",
            "$(ls -d \"$r\"/.worktrees/*/h1 | head -1)",
            "$s/../../h1/1/out",
            "$(ls -d \"$r\"/.orchestrator/runs/* | head -1)/plan/start.json",
            "$(ls -d \"$r\"/.orchestrator/runs/* | head -1)/status.json",
            "$s",
            "$s/out",
            "$s/out/claim.json",
            "$s/exit",
            "$s/supervise",
            "$s/git/objects",
            "$s/../../n/1",
            "$(cat .git | cut -d' ' -f2)",
            "$(cat .git | cut -d' ' -f2)/commondir",
            "$(cat .git | cut -d' ' -f2)/index",
            "$PWD",
            "$PWD/.git",
            cli.Home,
            $"{cli.Home}/private/letter.txt",
            $"{cli.Home}/.gitconfig",
            $"{cli.Home}/.bashrc",
            $"{cli.Home}/.config/orchestrator/trust.json",
            $"{cli.Home}/cache",
            "/tmp",
            "/etc/passwd",
            "/run",
            "/dev/shm/x",
            "/proc/1/mem",
            "/proc/sys/kernel/core_pattern",
            "/sys/kernel/uevent_helper",
        ];
        var text = new StringBuilder($"r='{cli.Folder}' o='{OrchestrateProgram.Path}' s=\"$ORCHESTRATOR_START\"\n")
            .Append("if [ $ORCHESTRATOR_TASK = n ]; then sleep 2; echo good >n.txt; exit 0; fi\n")
            .Append("echo h >$ORCHESTRATOR_TASK.txt; echo own >own.txt\n(exec >/dev/null 2>&1\ncase $s/$ORCHESTRATOR_TASK in\n");
        foreach (var id in hostile)
        {
            text.Append("*/1/").Append(id).Append(")\n"); // An agent that kills itself is started again, and then works.
            for (var deed = 0; deed < deeds; deed++)
            {
                var act = Deeds[random.Next(Deeds.Length)].Replace("SLEEP", sleep, StringComparison.Ordinal);
                text.Append($"p=\"{paths[random.Next(paths.Length)]}\"; q=\"{paths[random.Next(paths.Length)]}\"\n")
                    .Append($"timeout 1 bash -c {Quote(act)}\n");
            }
            text.Append(";;\n");
        }
        return text.Append("esac)\nrm -f own.txt taken hard; exit 0\n")
            .Replace("bash -c", "env p=\"$p\" q=\"$q\" r=\"$r\" o=\"$o\" s=\"$s\" bash -c")
            .ToString();
    }

    // What the agents may land.
    [GeneratedRegex(@"^(n|h\d+)\.txt$")]
    private static partial Regex OwnFiles();

    private static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>
    /// State that only the run itself may change: the checkout, settings and refs of the repository, and the user's home.
    /// </summary>
    private static string Outside(CliFixture cli) =>
        string.Join(
            '\n',
            new[] { cli.Folder, cli.Home }
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                .Where(file =>
                    !file.StartsWith(cli.Folder + "/.git/", StringComparison.Ordinal)
                    && !file.StartsWith(cli.Folder + "/.worktrees/", StringComparison.Ordinal)
                    && !file.StartsWith(cli.Folder + "/.orchestrator/", StringComparison.Ordinal)
                    && !file.StartsWith(cli.Home + "/cache/", StringComparison.Ordinal)
                    && !Ours.Any(name => file.StartsWith($"{cli.Home}/{name}/", StringComparison.Ordinal))
                    && !OwnFiles().IsMatch(file[(file.LastIndexOf('/') + 1)..])
                )
                .Concat([cli.Folder + "/.git/config", cli.Home + "/.gitconfig", cli.Folder + "/.orchestrator/config.yaml"])
                .Order(StringComparer.Ordinal)
                .Select(file => $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}")
        )
        + cli.Git("for-each-ref", "refs/tags", "refs/stash", "refs/remotes")
        + string.Join(' ', Directory.GetFileSystemEntries(cli.Folder + "/.git/hooks").Order(StringComparer.Ordinal));
}
