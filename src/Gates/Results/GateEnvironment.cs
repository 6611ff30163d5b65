using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Gates.Detection;
using Orchestrator.Gates.Running;

namespace Orchestrator.Gates.Results;

/// <summary>
/// Hashes the inputs outside the file tree that can change a gate's result, such as the operating system, environment variables, worktree
/// set-up and programs. Lock files and version files (global.json, .nvmrc) are part of the tree. A worktree's port, name and temporary
/// folder are omitted, because they vary between runs and no gate may depend on them.
/// </summary>
/// <param name="environment">Environment variables of the process.</param>
/// <param name="time">Clock.</param>
public sealed class GateEnvironment(IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    // Increment this number if the meaning of an entry or the execution of gates changes.
    private const string Version = "3";

    private static readonly SearchValues<char> NotInNames = SearchValues.Create("/=$*{}<>");
    private static readonly TimeSpan VersionsHold = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(10);

    // Interpreters of other programs. For example, the result of 'npm test' depends on node.
    private static readonly string[] Runtimes =
    [
        "sh",
        "node",
        "bun",
        "deno",
        "python3",
        "dotnet",
        "go",
        "rustc",
        "cargo",
        "java",
        "ruby",
        "php",
        "cc",
        "make",
    ];

    // Variables that change with the login session or worktree, and on which no gate may depend.
    private static readonly string[] PassingNames =
    [
        "TMPDIR",
        "TEMP",
        "TMP",
        "DOTNET_CLI_TELEMETRY_SESSIONID",
        "XDG_RUNTIME_DIR",
        "XDG_VTNR",
        "XDG_CURRENT_DESKTOP",
        "XDG_MENU_PREFIX",
        "XDG_ACTIVATION_TOKEN",
    ];

    private static readonly string[] PassingPrefixes = ["XDG_SESSION_", "XDG_SEAT"];

    // Modules whose --version option has no side effects.
    private static readonly string[] ProbedModules = ["pytest", "mypy", "ruff", "unittest", "pyright", "flake8", "pylint", "black"];

    private readonly ConcurrentDictionary<string, (DateTimeOffset At, Task<string> Answer)> _versions = new(StringComparer.Ordinal);

    /// <summary>Computes the hash for one gate.</summary>
    /// <param name="gate">Gate whose command names programs.</param>
    /// <param name="variables">Variables from <c>worktrees.env</c>, with placeholders.</param>
    /// <param name="setUp">Commands that set up a worktree.</param>
    public async Task<string> HashAsync(
        Gate gate,
        IReadOnlyDictionary<string, string> variables,
        IReadOnlyList<string> setUp,
        CancellationToken stop
    )
    {
        var all = GateVariables.Make(environment);
        var path = all.GetValueOrDefault("PATH");
        var lines = new List<string> { Version, RuntimeInformation.OSDescription, RuntimeInformation.OSArchitecture.ToString() };
        lines.AddRange(all.Where(v => !Passes(v.Key)).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}"));
        lines.AddRange(variables.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"worktree {v.Key}={v.Value}"));
        lines.AddRange(setUp.Select(command => $"set-up {command}"));
        lines.AddRange(
            Runtimes
                .Concat(setUp.Append(gate.Identity.Command).SelectMany(Words))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(word => IdentityOf(word, path))
        );
        lines.Add(await VersionAsync(gate, setUp.Count > 0, all, stop));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', lines))));
    }

    private static bool Passes(string name) =>
        PassingNames.Contains(name) || PassingPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private static IEnumerable<string> Words(string command) =>
        command
            .Split([' ', '\t', '\n', ';', '|', '&', '(', ')', '"', '\''], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word[0] != '-' && !word.AsSpan().ContainsAny(NotInNames));

    /// <summary>
    /// Returns a string that changes with the version of a program, based on the metadata of the program's file. For .NET, the string
    /// includes the names of the installed SDK folders.
    /// </summary>
    private static string IdentityOf(string name, string? path)
    {
        if (ProgramLocator.Find(name, path) is not { } found)
        {
            return "";
        }
        var file = new FileInfo(found);
        var real = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        var sdks = Path.Combine(real.DirectoryName!, "sdk");
        var versions = name == "dotnet" && Directory.Exists(sdks) ? Directory.EnumerateDirectories(sdks) : [];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {real.FullName} {real.Length} {real.LastWriteTimeUtc.Ticks} "
                + $"{string.Join(' ', versions.Order(StringComparer.Ordinal))}"
        );
    }

    /// <summary>Returns the version that the gate's program prints. With shims (pyenv, rustup, asdf), the version can change while all
    /// files stay the same. The version is queried at most once a minute, and outside the repository, because files in the repository could
    /// fake the answer.</summary>
    private async Task<string> VersionAsync(Gate gate, bool hasSetUp, IReadOnlyDictionary<string, string> variables, CancellationToken stop)
    {
        var words = gate.Command.Split(' ');
        if (words is ["python3", "-m", var module, ..] && !ProbedModules.Contains(module))
        {
            return "";
        }
        if (GateProgramProbe.CommandOf(gate, hasSetUp) is not { } probe)
        {
            return "";
        }
        var now = time.GetUtcNow();
        var asked = _versions.AddOrUpdate(
            probe,
            _ => (now, AskAsync(probe, variables)),
            (_, known) => now - known.At < VersionsHold ? known : (now, AskAsync(probe, variables))
        );
        return await asked.Answer.WaitAsync(stop);
    }

    private async Task<string> AskAsync(string probe, IReadOnlyDictionary<string, string> variables)
    {
        var answer = await new ProcessRunner(time).RunAsync(
            new ChildProcessOptions("/bin/sh", "-c", probe)
            {
                WorkingDirectory = "/",
                Environment = variables.ToDictionary(v => v.Key, string? (v) => v.Value, StringComparer.Ordinal),
                CleanEnvironment = true,
                Timeout = LongestProbe,
                OwnSession = true,
                StopLeftovers = true,
            }
        );
        return $"{answer.ExitCode} {answer.StandardOutput.Text}{answer.StandardError.Text}";
    }
}
