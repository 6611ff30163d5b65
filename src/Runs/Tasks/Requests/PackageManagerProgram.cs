using System.Text.RegularExpressions;
using Orchestrator.Gates.Packages;
using Orchestrator.Gates.Secrets;
using Orchestrator.Gates.Trees;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>Failure of a package manager command, as described to an agent.</summary>
/// <param name="Words">Explanation for the agent.</param>
/// <param name="WasKilled">True if signal 9 killed the package manager, for example because memory was low. A retry may succeed. Files from
/// the failed call must not be used.</param>
public sealed record PackageProblem(string Words, bool WasKilled = false);

/// <summary>Runs a package manager without a shell, and describes its failures for an agent.</summary>
/// <param name="environment">All environment variables of the package manager.</param>
/// <param name="time">The clock for the time limit.</param>
/// <param name="sandbox">Sandbox of the package manager and of package scripts, or null to run without one.</param>
public sealed partial class PackageManagerProgram(IReadOnlyDictionary<string, string> environment, TimeProvider time, Sandbox? sandbox)
{
    private const int LongestWords = 400;
    private static readonly TimeSpan LookLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(15);

    // The default retries take minutes, and they can't succeed without a network.
    private static readonly KeyValuePair<string, string>[] Patience =
    [
        new("npm_config_fetch_retries", "1"),
        new("npm_config_fetch_timeout", "60000"),
        new("npm_config_update_notifier", "false"),
        new("PIP_RETRIES", "1"),
        new("PIP_DEFAULT_TIMEOUT", "30"),
        new("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
        new("PIP_NO_INPUT", "1"),
        new("DOTNET_CLI_UI_LANGUAGE", "en"),
        new("NUGET_ENHANCED_MAX_NETWORK_TRY_COUNT", "2"),
        new("CARGO_NET_RETRY", "1"),
        new("CARGO_TERM_COLOR", "never"),
    ];

    /// <summary>
    /// Creates an instance for a worktree of the staging branch, with the same environment and sandbox as for set-up commands.
    /// </summary>
    /// <param name="services">Dependencies of the run's steps.</param>
    public static async Task<PackageManagerProgram> InAsync(
        VerificationWorktree place,
        RunServiceBundle services,
        RunPlanAndSettings files
    ) =>
        new(
            GateAndSetUpEnvironmentBuilder.Of(
                services.Environment,
                place.Resources,
                files.Settings,
                files.Folder.Repository,
                SandboxedProgramKind.SetUp
            ),
            services.Time,
            await RunSandboxFactory.OfTreeAsync(
                files.Settings,
                place.Worktree,
                place.Resources,
                RunSandboxFactory.PurposeOf(SandboxedProgramKind.SetUp, files.Folder, ""),
                services,
                CancellationToken.None
            )
        );

    /// <summary>Checks whether a package exists. Nothing is changed. If the package manager is killed, it runs a second time.</summary>
    /// <param name="manifest">The manifest that would list the package.</param>
    /// <param name="root">Absolute path of a worktree of staging.</param>
    /// <returns>Explanation for the agent if the package does not exist, or null if it exists.</returns>
    public async Task<string?> FindPackageFaultAsync(
        PackageManifest manifest,
        AgentPackageRequest package,
        string root,
        CancellationToken stop
    )
    {
        var problem = await AskAsync();
        return (problem is { WasKilled: true } ? await AskAsync() : problem)?.Words;

        Task<PackageProblem?> AskAsync() =>
            RunAsync(
                manifest,
                package,
                manifest.Tool.Look(package, manifest.Name),
                root,
                LookLimit,
                manifest.Tool.LookInput?.Invoke(package),
                manifest.Tool.Finds,
                stop
            );
    }

    /// <summary>Adds a package to the manifest and to the lock file.</summary>
    /// <param name="root">Absolute path of the worktree that contains both files.</param>
    /// <returns>The failure, or null if the package was added.</returns>
    public async Task<PackageProblem?> InstallAsync(
        PackageManifest manifest,
        AgentPackageRequest package,
        string root,
        CancellationToken stop
    )
    {
        if (package.IsForDevelopment && ManifestPackageVersionReader.IsForAll(manifest, package, Path.Combine(root, manifest.Path)))
        {
            return null; // The product already has the package, so development has it, too.
        }
        if (manifest.Tool.Line is { } line)
        {
            var path = Path.Combine(root, manifest.Path);
            if (RegularFileReader.TryRead(path, WorktreeFileReaderAndWriter.LargestRead) is not { } content)
            {
                return new($"{package} can't be installed, because {manifest.Path} is not a regular file of at most 16 MB.");
            }
            var text = Encoding.UTF8.GetString(content);
            SymlinkSafeFileWriter.Write(path, PythonRequirementsFileEditor.With(text, manifest.Tool, package.Name, line(package)));
        }
        foreach (var arguments in manifest.Tool.Install(package, manifest.Name))
        {
            if (await RunAsync(manifest, package, arguments, root, InstallLimit, input: null, finds: null, stop) is { } problem)
            {
                return problem;
            }
        }
        return null;
    }

    private async Task<PackageProblem?> RunAsync(
        PackageManifest manifest,
        AgentPackageRequest package,
        IReadOnlyList<string> arguments,
        string root,
        TimeSpan limit,
        string? input,
        Func<string, AgentPackageRequest, bool>? finds,
        CancellationToken stop
    )
    {
        var tool = manifest.Tool;
        if (ProgramLocator.Find(tool.Program, environment.GetValueOrDefault("PATH"), "/") is not { } program)
        {
            return new($"{package} can't be installed, because {tool.Program} is not in PATH on this machine.");
        }
        var result = await new ProcessRunner(time).RunAsync(
            new ChildProcessOptions(program, arguments)
            {
                WorkingDirectory = Path.Combine(root, manifest.Folder),
                Environment = environment
                    .Concat(Patience)
                    .DistinctBy(pair => pair.Key)
                    .ToDictionary(pair => pair.Key, string? (pair) => pair.Value),
                CleanEnvironment = true,
                Input = input is null ? ProcessStandardInput.None : ProcessStandardInput.FromText(input),
                Timeout = limit,
                OwnSession = true,
                StopLeftovers = true,
                Sandbox = sandbox,
            },
            stop
        );
        if (result.Succeeded && finds?.Invoke(result.StandardOutput.Text, package) != false)
        {
            return null;
        }
        // The cause is often at the start of the output, and the result at its end.
        var said = result.StandardError.Text.Trim() is { Length: > 0 } errors ? errors : result.StandardOutput.Text.Trim();
        var words = said.Length == 0 ? "" : $" {tool.Program} says: {EndOfOutput(said)}";
        return new(
            result.TimedOut || Offline().IsMatch(said)
                    ? $"{package} could not be looked up: {tool.Registry} can't be reached"
                        + (result.TimedOut ? $" ({tool.Program} gave no answer in {Plural.Of((int)limit.TotalMinutes, "minute")})" : "")
                        + $".{words}"
                : result.Succeeded || Unknown().IsMatch(said) ? $"{package} does not exist ({tool.Registry}).{words}"
                : $"{package} can't be installed (exit code {result.ExitCode}).{words}",
            !result.TimedOut && result.ExitCode == ProcessResult.KilledBySignal9
        );
    }

    /// <summary>Returns the last part of the output, without likely secrets such as passwords in URLs.</summary>
    private static string EndOfOutput(string text)
    {
        var flat = Spaces().Replace(SecretScanner.Redact(text.Length > 64 * 1024 ? text[^(64 * 1024)..] : text), " ").Trim();
        return FileNameEncoding.Show(flat.Length <= LongestWords ? flat : "..." + flat[^LongestWords..], LongestWords + 10);
    }

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();

    [GeneratedRegex(
        "ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|name resolution|resolve host|resolve hostname|"
            + "new connection|connection refused|NU1301|dial tcp|network (failure|is unreachable)|offline|timed out|no route to host|"
            + "download of config.json failed|unable to load the service index|lookup .* on|error sending request",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex Offline();

    [GeneratedRegex(
        "E404|ETARGET|no matching distribution|not found|NU110[1-3]|could not (find|be found)|no matching package|unknown revision|"
            + "no matching versions|no solution found|does not exist",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex Unknown();
}
