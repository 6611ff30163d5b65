using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A machine as it were: a home of its own with the fake agent as the Claude CLI, and a clone of one repository.</summary>
internal sealed class MachinePlace : IDisposable
{
    private readonly TemporaryRepository _shared;
    private OrchestrateProgram _orchestrate;
    private readonly Dictionary<string, string?> _environment;
    private readonly bool _isOwner;
    private string? _mounted;

    private MachinePlace(TemporaryRepository shared, string name, string folder, bool isOwner)
    {
        (_shared, Folder, _isOwner) = (shared, folder, isOwner);
        Home = Directory.CreateDirectory(Beside("home-" + name)).FullName;
        Configure("");
        var programs = Directory.CreateDirectory(Beside("programs")).FullName;
        var claude = Path.Combine(programs, "claude");
        File.WriteAllText(claude, $"#!/bin/sh\nexec \"{RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent")}\" \"$@\"\n");
        File.SetUnixFileMode(claude, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var environment = ClaudeProgram.CreateChanges(Home, "http://127.0.0.1:9", asSubscription: true);
        environment["PATH"] = programs + ":" + Environment.GetEnvironmentVariable("PATH");
        foreach (var variable in (string[])["XDG_CONFIG_HOME", "XDG_STATE_HOME"])
        {
            environment[variable] = null;
        }
        environment["FAKE_AGENT_SCRIPT"] = Beside("script.json");
        environment[Unconfined.Variable] = "off";
        _environment = environment;
        _orchestrate = new OrchestrateProgram(folder, _environment);
    }

    /// <summary>Path of the faketime library, or null if it is not installed.</summary>
    public static string? FakeClock { get; } =
        ((string[])["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"])
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists);

    /// <summary>This machine has another build of the program from now on.</summary>
    public void Install(string program) => _orchestrate = new OrchestrateProgram(Folder, _environment, program);

    /// <summary>Sets the clock of this machine, for what is started from now on.</summary>
    public void SetClock(TimeSpan ahead)
    {
        _environment["LD_PRELOAD"] = FakeClock!;
        _environment["FAKETIME"] = $"{(ahead < TimeSpan.Zero ? "" : "+")}{(int)ahead.TotalSeconds}s";
        // What counts seconds continues as it is, as when a real clock is wrong.
        _environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
    }

    /// <summary>Lets this be another home and clone of a machine with others of the same name.</summary>
    public void BeMachine(string name)
    {
        var state = Directory.CreateDirectory(Path.Combine(Home, ".local", "state", "orchestrator")).FullName;
        File.WriteAllText(Path.Combine(state, "machine"), name + "\n");
    }

    /// <summary>The clone.</summary>
    public string Folder { get; }

    /// <summary>The home.</summary>
    public string Home { get; }

    /// <summary>A path that all machines see.</summary>
    public string Beside(string name) => _shared.Beside(name);

    /// <summary>A machine with a repository whose plan has the one task <c>one</c>.</summary>
    public static async Task<MachinePlace> CreateAsync(string name)
    {
        var repository = await TemporaryRepository.CreateEmptyAsync();
        await repository.CommitAsync(
            "Plan",
            ("README.md", "Hello\n"),
            ("tasks.yaml", "tasks:\n  - {id: one, description: One, files_write: [one.txt, half.txt, there.txt]}\n")
        );
        return new MachinePlace(repository, name, repository.Path, isOwner: true);
    }

    /// <summary>Another machine, with a clone that has no remote.</summary>
    /// <param name="name">Its name in this test.</param>
    /// <param name="isShallow">The clone has the newest commit alone.</param>
    public async Task<MachinePlace> CloneAsync(string name, bool isShallow = false)
    {
        var folder = Beside("clone-" + name);
        var from = isShallow ? (string[])["--depth", "1", "file://" + Folder] : [Folder];
        await _shared.GitInAsync(Path.GetDirectoryName(folder)!, ["clone", "-q", .. from, folder]);
        await _shared.GitInAsync(folder, "remote", "remove", "origin");
        return new MachinePlace(_shared, name, folder, isOwner: false);
    }

    /// <summary>Sets the agent's steps for a task, which the fake agent executes.</summary>
    public void Play(string task, params JsonNode[] steps) =>
        File.WriteAllText(
            Beside("script.json"),
            new JsonObject { ["tasks"] = new JsonObject { [task] = new JsonArray(new JsonArray(steps)) } }.ToJsonString()
        );

    /// <summary>Sets the agents' steps for several tasks.</summary>
    public void Play(IReadOnlyDictionary<string, JsonNode[]> tasks) =>
        PlayStarts(tasks.ToDictionary(task => task.Key, task => (JsonNode[][])[task.Value]));

    /// <summary>Sets the agents' steps for several tasks, start by start.</summary>
    public void PlayStarts(IReadOnlyDictionary<string, JsonNode[][]> tasks) =>
        File.WriteAllText(
            Beside("script.json"),
            new JsonObject
            {
                ["tasks"] = new JsonObject(
                    tasks.Select(task =>
                        KeyValuePair.Create<string, JsonNode?>(
                            task.Key,
                            new JsonArray([.. task.Value.Select(start => new JsonArray(start))])
                        )
                    )
                ),
            }.ToJsonString()
        );

    /// <summary>Writes the settings of the user at this machine.</summary>
    public void Set(string yaml)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Home, ".config", "orchestrator")).FullName;
        File.WriteAllText(Path.Combine(folder, "config.yaml"), yaml);
    }

    /// <summary>Adds to the settings of the user at this machine.</summary>
    public void Add(string yaml) => File.AppendAllText(Path.Combine(Home, ".config", "orchestrator", "config.yaml"), yaml);

    /// <summary>Writes the git configuration of the user at this machine.</summary>
    /// <param name="more">Properties beside name and address.</param>
    public void Configure(string more) =>
        File.WriteAllText(Path.Combine(Home, ".gitconfig"), "[user]\n name = Test\n email = test@localhost\n" + more);

    /// <summary>Starts a command line, and kills it with SIGKILL when something is reached.</summary>
    public Task KillWhenAsync(Func<bool> reached, params string[] arguments) =>
        _orchestrate.KillWhenAsync(Path.Combine(Home, "log"), reached, arguments);

    /// <summary>Starts a command line that keeps running.</summary>
    public async Task<ServingProcess> ServeAsync(params string[] arguments) =>
        new(await _orchestrate.StartAsync(Path.Combine(Home, "log"), arguments));

    /// <summary>Carries out git in the clone.</summary>
    public Task<string> GitAsync(params string[] arguments) => _shared.GitInAsync(Folder, arguments);

    /// <summary>Carries out git in another folder.</summary>
    public Task<string> GitInAsync(string folder, params string[] arguments) => _shared.GitInAsync(folder, arguments);

    /// <summary>A bare repository that all machines see.</summary>
    /// <returns>Its path.</returns>
    public async Task<string> ShareAsync()
    {
        var remote = Beside("remote.git");
        await _shared.GitInAsync(Path.GetDirectoryName(remote)!, "init", "-q", "--bare", remote);
        return remote;
    }

    /// <summary>The refs of a repository below a prefix, or empty if it has none.</summary>
    public Task<string> RefsOfAsync(string folder, string prefix) => _shared.GitInAsync(folder, "for-each-ref", prefix);

    /// <summary>Carries out a command line.</summary>
    /// <returns>The exit code and the output for people.</returns>
    public async Task<(int ExitCode, string Output, string Error)> CallAsync(params string[] arguments)
    {
        var result = await _orchestrate.RunAsync(arguments);
        return (result.ExitCode, result.StandardOutput.Text, result.StandardError.Text);
    }

    /// <summary>Waits until the record of a run says so.</summary>
    public async Task UntilAsync(string run, Func<JsonNode, bool> holds) =>
        await Eventually.AskAsync(
            async () =>
                (await CallAsync("status", run, "--json")).Output is { Length: > 0 } told && JsonNode.Parse(told) is { } now && holds(now)
                    ? now
                    : null,
            TimeSpan.FromSeconds(180)
        );

    /// <summary>Commits a file.</summary>
    public async Task CommitAsync(string file, string text)
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, file), text);
        await _shared.GitInAsync(Folder, "add", file);
        await _shared.GitInAsync(Folder, "-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "-q", "-m", file);
    }

    /// <summary>A file in a commit, such as <c>main:one.txt</c>.</summary>
    public Task<string> ReadAsync(string name) => _shared.GitInAsync(Folder, "show", name);

    /// <summary>All refs with their commits.</summary>
    public Task<string> RefsAsync() => _shared.GitInAsync(Folder, "for-each-ref");

    /// <summary>The prompts of the agents here, in the order of their conversations.</summary>
    public IEnumerable<string> Prompts() =>
        Directory
            .EnumerateFiles(
                Directory.CreateDirectory(Path.Combine(Home, ".claude", "projects")).FullName,
                "*.jsonl",
                SearchOption.AllDirectories
            )
            .SelectMany(File.ReadAllLines)
            .Select(line => (string?)JsonNode.Parse(line)!["prompt"] ?? "");

    /// <summary>True if an agent works in the clone.</summary>
    public bool IsAgentAtWork() => ProcessTable.FindByEnvironment("ORCHESTRATOR_REPOSITORY", Folder).Any(process => !process.IsDead);

    /// <summary>Waits until agents here received the given number of prompts.</summary>
    /// <exception cref="TimeoutException">They were not; with what the programs here have said.</exception>
    public Task UntilPromptsAsync(int count) => UntilAsync(() => Prompts().Count() == count, $"not {count} prompts");

    /// <summary>Waits until a program here has said or logged something.</summary>
    /// <exception cref="TimeoutException">None has; with what they have said.</exception>
    public Task UntilSaidAsync(string text) => UntilAsync(() => Said().Contains(text, StringComparison.Ordinal), $"'{text}' was not said");

    /// <summary>Waits until something holds.</summary>
    /// <param name="holds">The condition.</param>
    /// <param name="otherwise">The failure message if the condition does not hold.</param>
    /// <exception cref="TimeoutException">It does not; with what the programs here have said.</exception>
    public async Task UntilAsync(Func<bool> holds, string otherwise)
    {
        try
        {
            await Eventually.TrueAsync(holds, TimeSpan.FromSeconds(150));
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{otherwise}; {Said()}", late);
        }
    }

    /// <summary>Output and logs of the programs here.</summary>
    public string Said()
    {
        var logs = Directory.CreateDirectory(Path.Combine(Folder, ".orchestrator", "logs")).EnumerateFiles("worker-*.log");
        return string.Concat(logs.Select(log => log.FullName).Append(Path.Combine(Home, "log")).Where(File.Exists).Select(ReadShared));
    }

    private static string ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    /// <summary>Gives the runs of this machine a disk of 48 MB (needs root).</summary>
    public async Task MountAsync()
    {
        _mounted = Directory.CreateDirectory(Path.Combine(Folder, ".orchestrator")).FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=48m", "none", _mounted);
    }

    /// <summary>Fills that disk to the last byte, or makes room again.</summary>
    public void Fill(bool isFull)
    {
        var filler = Path.Combine(_mounted!, "filler");
        if (!isFull)
        {
            File.Delete(filler);
            return;
        }
        using var file = new FileStream(filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[1 << 20, 4096, 1])
        {
            try
            {
                while (true)
                {
                    file.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // No room for so much.
            }
        }
    }

    private static async Task RunAsync(params string[] command)
    {
        var result = await new ProcessRunner().RunAsync(new ChildProcessOptions(command[0], command[1..]));
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)}: {result.StandardError.Text}");
        }
    }

    public void Dispose()
    {
        // Agents of a machine that has died outlive it, and nobody comes back for them.
        foreach (var left in ProcessTable.FindByEnvironment("ORCHESTRATOR_REPOSITORY", Folder).Where(process => !process.IsDead))
        {
            try
            {
                using var process = Process.GetProcessById(left.Identity.ProcessId);
                process.Kill();
            }
            catch (Exception ended) when (ended is ArgumentException or InvalidOperationException)
            {
                // It has ended meanwhile.
            }
        }
        if (_mounted is not null)
        {
            RunAsync("umount", "--lazy", _mounted).GetAwaiter().GetResult();
        }
        if (_isOwner)
        {
            _shared.Dispose();
        }
    }
}

/// <summary>A process of a test that is signalled.</summary>
internal sealed class ServingProcess(ProcessIdentity process) : IAsyncDisposable
{
    private readonly ProcessRunner _processes = new();

    /// <summary>Sends it a signal, such as <c>STOP</c>.</summary>
    public Task SignalAsync(string name) =>
        _processes.RunAsync(new ChildProcessOptions("/bin/sh", "-c", $"kill -{name} {process.ProcessId}"));

    /// <summary>True if the process has not ended.</summary>
    public bool IsAlive => process.IsAlive();

    public async ValueTask DisposeAsync()
    {
        if (process.IsAlive())
        {
            await SignalAsync("KILL");
            await Eventually.TrueAsync(() => !process.IsAlive());
        }
    }
}
