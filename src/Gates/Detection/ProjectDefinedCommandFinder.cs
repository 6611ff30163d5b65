using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Gates.Packages;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Gates.Detection;

/// <summary>
/// Finds all commands that are defined by a project's own files instead of by the user's settings. A user must approve them before they
/// run.
/// </summary>
public static class ProjectDefinedCommandFinder
{
    /// <summary>Name of the file that defines a project's MCP servers.</summary>
    public const string McpFile = ".mcp.json";

    private const string IncludeFile = ".worktreeinclude";
    private const long LargestFile = 16 * 1024 * 1024;

    /// <summary>
    /// Returns the set-up commands, gates, file patterns to copy to worktrees, and MCP servers that a repository's files define.
    /// </summary>
    /// <param name="directory">Root of the repository.</param>
    /// <exception cref="IOException">An existing file can't be read.</exception>
    public static IReadOnlyList<DetectedCommand> Find(string directory) => FindWithGates(directory).Commands;

    /// <summary>
    /// Returns the commands that a repository's files define, and the gates among them. One call returns both because finding gates
    /// requires reading many folders.
    /// </summary>
    /// <inheritdoc cref="Find"/>
    public static (IReadOnlyList<Gate> Gates, IReadOnlyList<DetectedCommand> Commands) FindWithGates(string directory)
    {
        var gates = ManifestGateDetector.Find(directory);
        IReadOnlyList<Gate> found = [.. gates.Select(gate => gate.Gate)];
        return (found, CommandsOf(directory, gates, ManifestGateDetector.FoldersOf(found)));
    }

    private static IReadOnlyList<DetectedCommand> CommandsOf(
        string directory,
        IReadOnlyList<(Gate Gate, string Meaning)> gates,
        IEnumerable<string> folders
    ) =>
        [
            .. SetUpCommandDetector
                .Detect(new WorktreeFileReaderAndWriter(directory), folders)
                .Select(found => new DetectedCommand(DetectedCommandKind.SetUp, found.Command, found.LockFile)),
            .. gates.Select(found => new DetectedCommand(
                found.Gate.ChecksTypes ? DetectedCommandKind.TypeGate : DetectedCommandKind.Gate,
                found.Gate.Command,
                "the project's manifests",
                found.Meaning
            )),
            .. Includes(Path.Combine(directory, IncludeFile)),
            .. McpServers(Path.Combine(directory, McpFile))
                .Select(server => new DetectedCommand(DetectedCommandKind.McpServer, server.Key, McpFile, server.Value)),
        ];

    /// <summary>
    /// Returns the MCP servers that the text of a <c>.mcp.json</c> file defines. The keys are server names, and the values are normalized
    /// JSON. Empty if the text is invalid.
    /// </summary>
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

    /// <summary>Returns the patterns of uncommitted files to copy to agents' worktrees, such as files with passwords.</summary>
    private static IReadOnlyList<DetectedCommand> Includes(string path)
    {
        string[] patterns = [.. TextOf(path).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
        return patterns.Length == 0 ? [] : [new DetectedCommand(DetectedCommandKind.Includes, string.Join(' ', patterns), IncludeFile)];
    }

    private static IReadOnlyDictionary<string, string> McpServers(string path) => ReadMcpServers(TextOf(path));

    // Only regular files are read, because a repository can contain a link to a device.
    private static string TextOf(string path) =>
        File.Exists(path)
        && RegularFileReader.TryRead(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, LargestFile) is { } content
            ? Encoding.UTF8.GetString(content)
            : "";
}
