using System.Text.RegularExpressions;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>
/// Checks the version of a program that has an agent description, and whether the user is logged in. Runs the program only with its version
/// option.
/// </summary>
internal static partial class AgentVersionAndLoginChecker
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    internal static async Task<AgentProgramCheckResult> RunAsync(
        string name,
        AgentDescription description,
        IReadOnlyList<string> program,
        IReadOnlyDictionary<string, string> environment,
        string directory,
        CancellationToken cancellationToken
    )
    {
        if (description.Version.Count == 0)
        {
            return new AgentProgramCheckResult(
                description.Tried is null ? AgentProgramCheckStatus.Warning : AgentProgramCheckStatus.Ok,
                $"{program[0]} is installed, but does not report its version."
            )
            {
                IsLoggedIn = LooksLoggedIn(description.Login, environment),
            };
        }
        var said = await new ProcessRunner().RunAsync(
            new ChildProcessOptions(program[0], [.. program.Skip(1), .. description.Version])
            {
                WorkingDirectory = directory,
                Environment = environment.ToDictionary(pair => pair.Key, string? (pair) => pair.Value),
                CleanEnvironment = true,
                Timeout = Limit,
            },
            cancellationToken
        );
        // Warnings may precede the version, and either stream may contain it.
        var found = Number().Match(said.StandardOutput.Text) is { Success: true } own ? own : Number().Match(said.StandardError.Text);
        if (!said.Succeeded || !found.Success)
        {
            return new AgentProgramCheckResult(
                AgentProgramCheckStatus.Failed,
                $"'{string.Join(' ', program)} {string.Join(' ', description.Version)}' printed no version (exit code "
                    + $"{said.ExitCode}): {Line(said.StandardError.Text + said.StandardOutput.Text)}",
                description.Install is { } install ? $"Install it again: {install}" : null
            );
        }
        AgentProgramCheckResult check = new(AgentProgramCheckStatus.Ok, $"{description.Program} {found.Value} at {program[0]}.")
        {
            Version = found.Value,
            IsLoggedIn = LooksLoggedIn(description.Login, environment),
        };
        return Judge(check, description, found.Value);
    }

    /// <summary>
    /// True if a login file exists or the variable of a key is set. Null if the agent description contains no information about logins.
    /// </summary>
    internal static bool? LooksLoggedIn(AgentLoginDescription? login, IReadOnlyDictionary<string, string> environment) =>
        login is null
            ? null
            : login.Variables.Any(variable => environment.GetValueOrDefault(variable) is { Length: > 0 })
                || (
                    environment.GetValueOrDefault("HOME") is { Length: > 0 } home
                    && login.Files.Any(file => File.Exists(Path.Combine(home, file)))
                );

    private static AgentProgramCheckResult Judge(AgentProgramCheckResult check, AgentDescription description, string found) =>
        description.Tried is null
            ? check with
            {
                Status = AgentProgramCheckStatus.Warning,
                Message = $"{check.Message} This agent is untested; its description is based on the program's documentation.",
            }
        : description.Tried != found
            ? check with
            {
                Status = AgentProgramCheckStatus.Warning,
                Message = $"{check.Message} The tested version is {description.Tried}.",
                Cure = description.Install is { } install
                    ? $"If the agent behaves unexpectedly, install the tested version: {install}"
                    : null,
            }
        : check;

    private static string Line(string text) => text.Trim().Split('\n')[0] is var line && line.Length > 300 ? line[..300] + "…" : line;

    [GeneratedRegex(@"(?<![\d.])\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
