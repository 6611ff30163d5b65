using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Git.Worktrees;
using Orchestrator.Packages;

namespace Orchestrator.Gates.Detection;

/// <summary>All commands that a project's own files ask for, without configuration: a person must approve them before they run.</summary>
public static class ProjectCommands
{
    /// <summary>Name of the file that defines a project's MCP servers.</summary>
    public const string McpFile = ".mcp.json";

    private const string IncludeFile = ".worktreeinclude";
    private const long LargestFile = 16 * 1024 * 1024;

    /// <summary>Set-up, gates and MCP servers in the files of a repository's root.</summary>
    /// <param name="directory">The root.</param>
    /// <exception cref="IOException">An existing file can't be read.</exception>
    public static IReadOnlyList<FoundCommand> Find(string directory) => FindWithGates(directory).Commands;

    /// <summary>Commands in the files of a repository's root, with the gates among them: finding those reads many folders.</summary>
    /// <inheritdoc cref="Find"/>
    public static (IReadOnlyList<Gate> Gates, IReadOnlyList<FoundCommand> Commands) FindWithGates(string directory)
    {
        var gates = GateDetection.Find(directory);
        IReadOnlyList<Gate> found = [.. gates.Select(gate => gate.Gate)];
        return (found, CommandsOf(directory, gates, GateDetection.FoldersOf(found)));
    }

    private static IReadOnlyList<FoundCommand> CommandsOf(
        string directory,
        IReadOnlyList<(Gate Gate, string Meaning)> gates,
        IEnumerable<string> folders
    ) =>
        [
            .. SetUpDetection
                .Detect(new WorktreeFiles(directory), folders)
                .Select(found => new FoundCommand(FoundCommandKind.SetUp, found.Command, found.LockFile)),
            .. gates.Select(found => new FoundCommand(
                found.Gate.ChecksTypes ? FoundCommandKind.TypeGate : FoundCommandKind.Gate,
                found.Gate.Command,
                "the project's manifests",
                found.Meaning
            )),
            .. Includes(Path.Combine(directory, IncludeFile)),
            .. McpServers(Path.Combine(directory, McpFile))
                .Select(server => new FoundCommand(FoundCommandKind.McpServer, server.Key, McpFile, server.Value)),
        ];

    /// <summary>The servers of a <c>.mcp.json</c> by name, as normalized JSON. An unreadable file has none.</summary>
    public static IReadOnlyDictionary<string, string> ReadMcpServers(string text)
    {
        try
        {
            return text.Length == 0 || JsonNode.Parse(text)?["mcpServers"] is not JsonObject servers
                ? new Dictionary<string, string>()
                : servers.ToDictionary(server => server.Key, server => server.Value?.ToJsonString() ?? "null");
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or ArgumentException)
        {
            return new Dictionary<string, string>();
        }
    }

    /// <summary>Uncommitted files, such as passwords, that agents get copies of.</summary>
    private static IReadOnlyList<FoundCommand> Includes(string path)
    {
        string[] patterns = [.. TextOf(path).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
        return patterns.Length == 0 ? [] : [new FoundCommand(FoundCommandKind.Includes, string.Join(' ', patterns), IncludeFile)];
    }

    private static IReadOnlyDictionary<string, string> McpServers(string path) => ReadMcpServers(TextOf(path));

    // A repository can bring a link to a device.
    private static string TextOf(string path) =>
        File.Exists(path)
        && RegularFile.TryRead(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, LargestFile) is { } content
            ? Encoding.UTF8.GetString(content)
            : "";
}
