namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Checks the version and the login of an installed CLI. Only runs the program and sends no request to the service.</summary>
internal static class ClaudeCliCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    internal static async Task<AgentProgramCheckResult> RunAsync(
        string program,
        ClaudeProvider provider,
        IEnumerable<KeyValuePair<string, string>> environment,
        string directory,
        CancellationToken cancellationToken
    )
    {
        var variables = environment.ToDictionary(pair => pair.Key, string? (pair) => pair.Value);
        variables["DISABLE_AUTOUPDATER"] = "1";
        variables["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1";
        ProcessRunner processes = new();
        var version = await RunAsync("--version");
        var text = version.StandardOutput.Text.Trim();
        if (!version.Succeeded || !Version.TryParse(text.Split(' ')[0], out var found))
        {
            var said = (version.StandardError.Text + text).Trim();
            return new AgentProgramCheckResult(
                AgentProgramCheckStatus.Failed,
                $"'{program} --version' printed no version (exit code {version.ExitCode}): {said}",
                "Reinstall Claude Code with 'npm install -g @anthropic-ai/claude-code', and allow npm to run install scripts."
            );
        }
        var range = JudgeVersion(program, found);
        if (range.Status == AgentProgramCheckStatus.Failed || provider is ClaudeProvider.Bedrock or ClaudeProvider.Vertex)
        {
            return range;
        }
        if (provider == ClaudeProvider.Api && string.IsNullOrEmpty(variables.GetValueOrDefault("ANTHROPIC_API_KEY")))
        {
            return range with
            {
                Status = AgentProgramCheckStatus.Failed,
                Message = "agents.claude.provider is 'api', but ANTHROPIC_API_KEY is not set.",
                Cure = "Set ANTHROPIC_API_KEY in the environment or in .env, or choose provider 'subscription'.",
                Missing = ["ANTHROPIC_API_KEY"],
            };
        }
        var login = await RunAsync("auth", "status");
        return JudgeLogin(range, login.ExitCode, login.StandardOutput.Text);

        Task<ProcessResult> RunAsync(params string[] arguments) =>
            processes.RunAsync(
                new ChildProcessOptions(program, arguments)
                {
                    WorkingDirectory = directory,
                    Environment = variables,
                    CleanEnvironment = true,
                    Timeout = Limit,
                },
                cancellationToken
            );
    }

    internal static AgentProgramCheckResult JudgeVersion(string program, Version found)
    {
        AgentProgramCheckResult check = new(AgentProgramCheckStatus.Ok, $"Claude Code {found} at {program}.")
        {
            Version = found.ToString(),
        };
        var oldest = ClaudeCliOptions.OldestVersion;
        var newest = ClaudeCliOptions.NewestTriedVersion;
        return found < oldest || found.Major > newest.Major
                ? check with
                {
                    Status = AgentProgramCheckStatus.Failed,
                    Message =
                        $"Claude Code {found} at {program} is outside the supported range, which is {oldest} or newer, but older "
                        + $"than {newest.Major + 1}.0.",
                    Cure = $"Install a version in that range: npm install -g @anthropic-ai/claude-code@{newest}",
                }
            : found > newest
                ? check with
                {
                    Status = AgentProgramCheckStatus.Warning,
                    Message = $"Claude Code {found} at {program} is newer than {newest}, the newest tested version.",
                    Cure = $"If agents behave unexpectedly, install the tested version: npm install -g @anthropic-ai/claude-code@{newest}",
                }
            : check;
    }

    /// <summary>Interprets the JSON output of <c>claude auth status</c>. The command exits with 0 if the user is logged in, and with 1 if
    /// not.</summary>
    internal static AgentProgramCheckResult JudgeLogin(AgentProgramCheckResult version, int exitCode, string output)
    {
        if (exitCode != 0)
        {
            return version with
            {
                Status = AgentProgramCheckStatus.Failed,
                IsLoggedIn = false,
                Message = $"{version.Message} It is not logged in.",
                Cure =
                    "Run 'claude' once and log in, or use the key in ANTHROPIC_API_KEY: orchestrate config set agents.claude.provider api",
            };
        }
        try
        {
            using var document = JsonDocument.Parse(output);
            var root = document.RootElement;
            var account = string.Join(
                ", ",
                (
                    (string?[])
                        [
                            root.Text("email"),
                            root.Text("subscriptionType"),
                            root.Text("authMethod"),
                            root.Text("apiKeySource"),
                            root.Text("apiProvider"),
                        ]
                ).OfType<string>()
            );
            return version with { Account = account.Length > 0 ? account : null, IsLoggedIn = true };
        }
        catch (JsonException)
        {
            // The CLI is logged in, but the paying account is unknown.
            return version with { IsLoggedIn = true };
        }
    }
}
