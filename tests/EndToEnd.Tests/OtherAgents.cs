using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The real programs of other agents, as <c>scripts/install-agents</c> keeps them, set to a scripted model.</summary>
internal static class OtherAgents
{
    /// <summary>Installs programs once.</summary>
    /// <param name="names">The agents' names.</param>
    /// <returns>Absolute path of each program by its agent's name.</returns>
    public static async Task<Dictionary<string, string>> InstallAsync(params string[] names)
    {
        var result = await new ProcessRunner().RunAsync(
            new ChildProcessOptions(RepositoryFiles.Path("scripts/install-agents"), names) { Timeout = TimeSpan.FromMinutes(10) }
        );
        Assert.True(result.Succeeded, result.StandardError.Text);
        return result
            .StandardOutput.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .ToDictionary(line => line[0], line => line[1]);
    }

    /// <summary>Writes their configurations.</summary>
    /// <param name="home">The home that they run in.</param>
    /// <param name="models">Address of the scripted models.</param>
    public static void UseScripted(TempFolder home, string models)
    {
        home.Write(
            ".codex/config.toml",
            $"""
            model = "scripted"
            model_provider = "x"
            [model_providers.x]
            name = "x"
            base_url = "{models}/v1"
            env_key = "SCRIPTED_KEY"
            wire_api = "responses"
            """
        );
        home.Write(".gemini/settings.json", """{"security":{"auth":{"selectedType":"gemini-api-key"}}}""");
        home.Write(
            ".config/opencode/opencode.json",
            $$$"""
            {"model":"x/m","provider":{"x":{"npm":"@ai-sdk/openai-compatible","name":"x",
              "options":{"baseURL":"{{{models}}}/v1","apiKey":"k"},"models":{"m":{"name":"m"} } } } }
            """
        );
    }

    /// <summary>The settings of agents, each the installed program, below <c>agents:</c>.</summary>
    /// <param name="programs">The result of <see cref="InstallAsync"/>.</param>
    public static string Settings(IReadOnlyDictionary<string, string> programs) =>
        string.Concat(
            programs.Select(one => $"  {one.Key}: {{description: {{like: {one.Key}, program: \"{one.Value}\"}}{ModelOf(one.Key)} }}\n")
        );

    private static string ModelOf(string agent) =>
        agent switch
        {
            "gemini" => ", model: gemini-2.5-pro",
            "opencode" => ", model: x/m",
            _ => "",
        };

    /// <summary>The variables that they need, and none that lead to this machine's own settings.</summary>
    /// <param name="environment">Changes of the environment.</param>
    /// <param name="models">Address of the scripted models.</param>
    /// <param name="sandbox"><c>permissions.sandbox</c>.</param>
    public static void Enter(Dictionary<string, string?> environment, string models, string sandbox = "off")
    {
        environment[Unconfined.Variable] = sandbox;
        environment["GOOGLE_GEMINI_BASE_URL"] = models;
        environment["GEMINI_API_KEY"] = "k";
        environment["SCRIPTED_KEY"] = "k";
        foreach (var kind in (string[])["CONFIG", "DATA", "STATE", "CACHE"])
        {
            environment[$"XDG_{kind}_HOME"] = null;
        }
    }
}
