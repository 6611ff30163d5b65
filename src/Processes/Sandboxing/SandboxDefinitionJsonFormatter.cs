using System.Text.Json.Nodes;

namespace Orchestrator.Processes;

/// <summary>Describes a sandbox as JSON, for a program that creates the sandbox in place of bubblewrap.</summary>
internal static class SandboxDefinitionJsonFormatter
{
    private const int Schema = 1;

    /// <summary>Returns the description of a sandbox as JSON.</summary>
    /// <param name="sandbox">The sandbox, without overlays.</param>
    /// <param name="variables">Names of the program's variables.</param>
    public static string Of(Sandbox sandbox, IEnumerable<string> variables) =>
        new JsonObject
        {
            ["schema"] = Schema,
            ["mounts"] = new JsonArray([
                .. SandboxMounts.Of(sandbox).Select(mount => MountOf(mount.Words)),
                new JsonObject
                {
                    ["kind"] = "link",
                    ["path"] = Bubblewrap.Mark,
                    ["target"] = Bubblewrap.MarkTarget,
                },
            ]),
            ["closed"] = new JsonArray([.. SandboxMounts.Closed(sandbox).Select(path => (JsonNode?)path)]),
            ["environment"] = new JsonArray([.. variables.Order(StringComparer.Ordinal).Select(name => (JsonNode?)name)]),
            ["variables"] = new JsonObject(sandbox.Variables.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["network"] = sandbox.Network is { } network
                ? new JsonObject
                {
                    ["socket"] = network.Socket,
                    ["path"] = Bubblewrap.NetworkSocket,
                    ["opener"] = new JsonArray([.. network.Opener.Select(word => (JsonNode?)word)]),
                }
                : null,
            ["systemCalls"] = sandbox.Filter,
        }.ToJsonString();

    private static JsonObject MountOf(IReadOnlyList<string> words) =>
        words switch
        {
            ["--perms", var mode, "--tmpfs", var path] => new JsonObject
            {
                ["kind"] = "empty",
                ["path"] = path,
                ["mode"] = mode,
            },
            ["--symlink", var target, var path] => new JsonObject
            {
                ["kind"] = "link",
                ["path"] = path,
                ["target"] = target,
            },
            [var how, var source, var path] => new JsonObject
            {
                ["kind"] = how switch
                {
                    "--bind" => "write",
                    "--dev-bind" => "device",
                    _ => "read",
                },
                ["path"] = path,
                ["source"] = source,
            },
            _ => throw new ArgumentException($"'{string.Join(' ', words)}' is not a mount.", nameof(words)),
        };
}
