namespace Orchestrator.Gates.Packages.Audits;

/// <summary>
/// Runs the audit tools that are installed on this host. If a tool gives no answer, this is reported but does not count as a failure.
/// </summary>
/// <param name="environment">Complete environment of the programs.</param>
/// <param name="time">Clock for the time limit, or null for the system clock.</param>
/// <param name="sandbox">Sandbox of the programs, or null for unrestricted access.</param>
public sealed class PackageAudit(IReadOnlyDictionary<string, string> environment, TimeProvider? time = null, Sandbox? sandbox = null)
{
    private const int LongestAnswer = 32 * 1024 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    // Retries are disabled, because each retry takes minutes by default and can't succeed without a network.
    private static readonly KeyValuePair<string, string>[] NoRetries =
    [
        new("npm_config_fetch_retries", "0"),
        new("npm_config_fetch_timeout", "30000"),
        new("npm_config_update_notifier", "false"),
        new("PIP_RETRIES", "0"),
        new("PIP_DEFAULT_TIMEOUT", "30"),
        new("DOTNET_CLI_UI_LANGUAGE", "en"),
        new("NUGET_ENHANCED_MAX_NETWORK_TRY_COUNT", "1"),
    ];

    /// <summary>Returns the path of a tool's program, or null if it is not in PATH.</summary>
    public string? Find(AuditTool tool) => ProgramLocator.Find(tool.Program, environment.GetValueOrDefault("PATH"), "/");

    /// <summary>Runs one audit tool on one file.</summary>
    /// <param name="directory">Path of the tree.</param>
    /// <param name="file">File to audit, relative to the tree.</param>
    public async Task<PackageAuditResult> AskAsync(AuditTool tool, string directory, string file, CancellationToken stop)
    {
        if (Find(tool) is not { } program)
        {
            return PackageAuditResult.None($"{tool.Program} is not in PATH");
        }
        var result = await new ProcessRunner(time).RunAsync(
            new ChildProcessOptions(program, tool.ArgumentsFor(Path.GetFileName(file)))
            {
                WorkingDirectory = Path.GetDirectoryName(Path.Combine(directory, file)),
                Environment = environment
                    .Concat(NoRetries)
                    .DistinctBy(pair => pair.Key)
                    .ToDictionary(pair => pair.Key, string? (pair) => pair.Value),
                CleanEnvironment = true,
                StandardOutput = ProcessOutputTargets.Capture(LongestAnswer),
                Timeout = Limit,
                OwnSession = true,
                StopLeftovers = true,
                Sandbox = sandbox,
            },
            stop
        );
        if (result.TimedOut || result.StandardOutput.IsTruncated)
        {
            return PackageAuditResult.None(
                result.TimedOut ? $"no answer within {Plural.Of((int)Limit.TotalMinutes, "minute")}" : "its answer is too large"
            );
        }
        var answer = tool.Read(result.StandardOutput.Text);
        var said = AuditJson.ToOneLine(result.StandardError.Text);

        // The error text is added only to output that is not JSON, because JSON output already contains it.
        return answer.Unanswered is { } why && said.Length > 0 && result.StandardOutput.Text.TrimStart() is not ['{', ..]
            ? answer with
            {
                Unanswered = $"{why} (exit code {result.ExitCode}: {said})",
            }
            : answer;
    }
}
