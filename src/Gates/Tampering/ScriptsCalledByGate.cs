using System.Text;
using System.Text.Json;

namespace Orchestrator.Gates.Tampering;

/// <summary>
/// Scripts of the repository that a gate runs, directly or through other scripts. They are found by searching for file names in commands
/// and scripts, without parsing a language.
/// </summary>
/// <param name="Direct">Files that the gate's command calls directly.</param>
/// <param name="Called">Files that the command calls directly or indirectly.</param>
/// <param name="Words">All words of the command and of the called files, without folders. The words include program names.</param>
internal sealed partial record ScriptsCalledByGate(IReadOnlySet<string> Direct, IReadOnlySet<string> Called, IReadOnlySet<string> Words)
{
    private const int MostFiles = 40;
    private const int LargestScript = 256 * 1024;

    /// <summary>Words that precede the name of a file to run or include, such as <c>bash</c> and <c>source</c>.</summary>
    private static readonly HashSet<string> Callers = new(StringComparer.Ordinal)
    {
        "sh",
        "bash",
        "dash",
        "zsh",
        "source",
        ".",
        "exec",
        "env",
        "time",
        "timeout",
        "sudo",
        "python",
        "python3",
        "node",
        "deno",
        "bun",
        "tsx",
        "ts-node",
        "ruby",
        "perl",
        "php",
        "include",
        "-include",
        "sinclude",
    };

    /// <summary>Follows the calls of a gate's command through the scripts of the repository.</summary>
    /// <param name="command">Command of the gate.</param>
    /// <param name="files">Files that may be called, namely the files of the base and the files that the work added.</param>
    /// <param name="read">Reads a file of the base. Returns null if the file does not exist, is too large or is not text.</param>
    public static async Task<ScriptsCalledByGate> OfAsync(string command, IReadOnlySet<string> files, Func<string, Task<byte[]?>> read)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        var direct = Files(command, "", files, words).ToHashSet(StringComparer.Ordinal);
        var called = new HashSet<string>(direct, StringComparer.Ordinal);
        var open = new Queue<string>(direct.Concat(OfPrograms(words, files)));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (open.TryDequeue(out var file) && seen.Count < MostFiles)
        {
            if (!seen.Add(file) || await read(file) is not { Length: <= LargestScript } content || content.Contains((byte)0))
            {
                continue;
            }
            var before = words.Count;
            foreach (var next in Files(Commands(file, Encoding.UTF8.GetString(content)), FolderOf(file), files, words, IsShell(file)))
            {
                called.Add(next);
                open.Enqueue(next);
            }
            foreach (var next in words.Count > before ? OfPrograms(words, files) : [])
            {
                open.Enqueue(next);
            }
        }
        return new ScriptsCalledByGate(direct, called, words);
    }

    private static IEnumerable<string> OfPrograms(HashSet<string> words, IReadOnlySet<string> files) =>
        Ecosystems
            .All.SelectMany(row => row.Scripts)
            .Where(script => words.Contains(script.Program))
            .SelectMany(script => script.Files.Where(files.Contains));

    /// <summary>Returns the part of a file that contains commands.</summary>
    private static string Commands(string file, string text)
    {
        if (Path.GetFileName(file) != "package.json")
        {
            return text;
        }
        try
        {
            using var document = JsonDocument.Parse(text);
            return
                document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("scripts", out var scripts)
                && scripts.ValueKind == JsonValueKind.Object
                ? string.Join('\n', scripts.EnumerateObject().Select(script => script.Value.ToString()))
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    /// <summary>Returns the files of the repository that a script or command calls.</summary>
    /// <param name="isShell">True if the text consists of commands, as in a shell script or a makefile.</param>
    private static IEnumerable<string> Files(
        string text,
        string folder,
        IReadOnlySet<string> files,
        HashSet<string> words,
        bool isShell = true
    )
    {
        foreach (var line in text.Split('\n'))
        {
            var before = "";
            foreach (var word in Word().Matches(line).Select(match => match.Value.TrimEnd(':')).Where(word => word.Length > 0))
            {
                words.Add(Path.GetFileName(word));
                var isCalled =
                    Callers.Contains(Path.GetFileName(before))
                    || before == "-m"
                    || Path.GetExtension(word) is ".sh" or ".bash" or ".bats" or ".mk"
                    || (isShell && IsCommand(word, before));
                foreach (var file in isCalled ? Candidates(word, before, folder) : [])
                {
                    // A test that is run by its file name is not a script, because TestCodeChanges checks its assertions.
                    if (files.Contains(file) && !Ecosystems.IsTestName(file))
                    {
                        yield return file;
                    }
                }

                // Options may appear between a program and the file that it runs.
                before = word.StartsWith('-') && word is not ("-m" or "-include") ? before : word;
            }
        }
    }

    private static bool IsCommand(string word, string before) =>
        word.StartsWith("./", StringComparison.Ordinal)
        || (Path.GetExtension(word).Length == 0 && word.Contains('/', StringComparison.Ordinal))
        || (before.Length == 0 && Path.GetExtension(word) is "" or ".py" or ".js" or ".mjs" or ".rb" or ".pl");

    private static IEnumerable<string> Candidates(string word, string before, string folder)
    {
        if (before == "-m")
        {
            var module = word.Replace('.', '/');
            return [module + ".py", module + "/__main__.py"];
        }

        // The value of a variable is unknown. It is usually the script's own folder or the root.
        var path =
            word.Contains('$', StringComparison.Ordinal) || word.StartsWith('/')
                ? word[(word.IndexOf('/', StringComparison.Ordinal) + 1)..]
                : word;
        return new[] { Normal(path), Normal(folder.Length == 0 ? path : $"{folder}/{path}") }.Distinct();
    }

    private static string Normal(string path) =>
        path.Contains('\0', StringComparison.Ordinal) || path.Length == 0 ? "" : Path.GetFullPath("/" + path)[1..];

    private static bool IsShell(string file) =>
        Path.GetExtension(file) is not (".py" or ".js" or ".mjs" or ".cjs" or ".ts" or ".rb" or ".pl" or ".php");

    private static string FolderOf(string file) => Path.GetDirectoryName(file) ?? "";

    [GeneratedRegex("""[^\s"'`;&|()<>=\[\]{},@]+""")]
    private static partial Regex Word();
}
