using System.Text.Json.Nodes;

namespace Orchestrator.FakeAgent;

/// <summary>
/// Simulates the Claude CLI: accepts its flags, stores a conversation file in the same place, and prints <c>stream-json</c>. In addition
/// to the common steps it supports <c>say</c>, <c>tool</c> (with <c>input</c>), <c>emit</c> (any line) and <c>result</c> (members of the
/// result line).
/// </summary>
internal static class FakeClaudeAgent
{
    private const string Version = "2.1.328";

    internal static int PrintVersion()
    {
        Console.Out.WriteLine($"{Version} (Claude Code)");
        return 0;
    }

    internal static int PrintLogin()
    {
        Console.Out.WriteLine("""{"loggedIn":true,"authMethod":"fake","apiProvider":"firstParty"}""");
        return 0;
    }

    internal static int Run(string[] arguments)
    {
        var session = Value(arguments, "--resume") ?? Value(arguments, "--session-id") ?? Guid.NewGuid().ToString();
        var file = ConversationFile(session);
        var exists = File.Exists(file);
        if (exists != arguments.Contains("--resume"))
        {
            Console.Error.WriteLine(
                exists ? $"Error: Session ID {session} is already in use." : $"No conversation found with session ID: {session}"
            );
            return 1;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var prompt = Console.In.ReadToEnd();
        File.AppendAllText(file, new JsonObject { ["type"] = "user", ["prompt"] = prompt }.ToJsonString() + "\n");
        Print(
            new JsonObject
            {
                ["type"] = "system",
                ["subtype"] = "init",
                ["session_id"] = session,
                ["model"] = Value(arguments, "--model"),
                ["claude_code_version"] = Version,
                ["tools"] = new JsonArray(),
                ["agents"] = new JsonArray(),
                ["mcp_servers"] = new JsonArray(),
            }
        );
        var result = Environment.GetEnvironmentVariable(NightAgent.Variable) is { Length: > 0 } night
            ? PlayNight(night, prompt, session)
            : PlaySteps(session);
        Print(result);
        return (bool?)result["is_error"] == true ? 1 : 0;
    }

    private static JsonObject PlayNight(string night, string prompt, string session)
    {
        var result = CreateResult(session);
        foreach (
            (var member, var node) in NightAgent.Play(
                night,
                prompt,
                text => Print(Assistant(session, new JsonObject { ["type"] = "text", ["text"] = text }))
            )
        )
        {
            result[member] = node?.DeepClone();
        }

        return result;
    }

    private static JsonObject CreateResult(string session) =>
        new()
        {
            ["type"] = "result",
            ["subtype"] = "success",
            ["is_error"] = false,
            ["session_id"] = session,
            ["num_turns"] = 1,
            ["result"] = "Done.",
            ["total_cost_usd"] = 0.01m,
            ["permission_denials"] = new JsonArray(),
            ["modelUsage"] = new JsonObject
            {
                ["fake-model"] = new JsonObject
                {
                    ["inputTokens"] = 100,
                    ["outputTokens"] = 10,
                    ["costUSD"] = 0.01m,
                    ["contextWindow"] = 200000,
                },
            },
        };

    private static JsonObject PlaySteps(string session)
    {
        var file =
            Environment.GetEnvironmentVariable("FAKE_AGENT_SCRIPT") ?? throw new InvalidOperationException("FAKE_AGENT_SCRIPT is not set.");
        var result = CreateResult(session);
        var script = AgentScript.Load(file);
        StepRunner player = new(script.Style());
        foreach (var step in script.Steps())
        {
            (var name, var value) = step.First();
            switch (name)
            {
                case "say":
                    Print(Assistant(session, new JsonObject { ["type"] = "text", ["text"] = StepRunner.Text(value) }));
                    break;
                case "tool":
                    Print(
                        Assistant(
                            session,
                            new JsonObject
                            {
                                ["type"] = "tool_use",
                                ["id"] = $"toolu_{Guid.NewGuid():N}",
                                ["name"] = StepRunner.Text(value),
                                ["input"] = step["input"]?.DeepClone(),
                            }
                        )
                    );
                    break;
                case "emit":
                    Print(value!);
                    break;
                case "result":
                    foreach ((var member, var node) in (JsonObject)value!)
                    {
                        result[member] = node?.DeepClone();
                    }

                    break;
                default:
                    if (!player.Play(step))
                    {
                        throw new InvalidDataException($"fake-agent: unknown step {step.ToJsonString()}");
                    }

                    if (player.ExitCode is { } code)
                    {
                        player.End();
                        Environment.Exit(code);
                    }

                    break;
            }
        }

        player.End();
        return result;
    }

    private static JsonObject Assistant(string session, JsonObject block) =>
        new()
        {
            ["type"] = "assistant",
            ["session_id"] = session,
            ["parent_tool_use_id"] = null,
            ["message"] = new JsonObject
            {
                ["id"] = $"msg_{Guid.NewGuid():N}",
                ["model"] = "fake-model",
                ["content"] = new JsonArray(block),
                ["usage"] = new JsonObject { ["input_tokens"] = 100, ["output_tokens"] = 1 },
            },
        };

    private static string ConversationFile(string session)
    {
        var home =
            Environment.GetEnvironmentVariable("CLAUDE_CONFIG_DIR")
            ?? Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".claude");
        return Path.Combine(home, "projects", ProjectOf(Directory.GetCurrentDirectory()), session + ".jsonl");
    }

    /// <summary>Returns the CLI's name of the folder for conversations of a working directory. The CLI searches for a conversation only
    /// there.</summary>
    private static string ProjectOf(string directory) => string.Concat(directory.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));

    private static string? Value(string[] arguments, string flag)
    {
        var at = Array.IndexOf(arguments, flag);
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }

    private static void Print(JsonNode line) => Console.Out.WriteLine(line.ToJsonString());
}
