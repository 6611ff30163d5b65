using System.Text;

namespace Orchestrator.App.Setup;

/// <summary>
/// Manages the <c>.gitignore</c> file in <c>.orchestrator</c>, which makes git ignore everything except configuration, roles and tasks.
/// </summary>
public static class IgnoreFile
{
    private static readonly string Text =
        "# Made by orchestrate: only what is named here belongs into commits.\n*\n"
        + string.Concat(
            OrchestratorFolderCreator.Committed.Select(entry => entry.EndsWith('/') ? $"!{entry}\n!{entry}**\n" : $"!{entry}\n")
        );

    /// <summary>
    /// Adds an exception to a <c>.gitignore</c> written by an earlier version, so that git tracks a given file or folder.
    /// </summary>
    /// <param name="folder">The <c>.orchestrator</c> folder.</param>
    /// <param name="entry">Entry of <see cref="OrchestratorFolderCreator.Committed"/>.</param>
    public static void Allow(string folder, string entry)
    {
        var file = Path.Combine(folder, ".gitignore");
        if (SmallFileReader.TryRead(file) is not { } content)
        {
            return;
        }
        var lines = Encoding.UTF8.GetString(content).Split('\n');
        if (lines[0] == Text.Split('\n')[0] && !lines.Contains("!" + entry))
        {
            SymlinkSafeFileWriter.Write(file, string.Join('\n', lines).TrimEnd('\n') + $"\n!{entry}\n");
        }
    }

    /// <summary>Writes the <c>.gitignore</c> file if it is missing. Returns true if the file was written.</summary>
    /// <param name="folder">The <c>.orchestrator</c> folder.</param>
    public static bool Ensure(string folder)
    {
        if (Path.GetFileName(folder) != OrchestratorFolderCreator.Name)
        {
            return false;
        }
        OrchestratorFolderCreator.Ensure(folder);
        var file = Path.Combine(folder, ".gitignore");
        if (File.Exists(file))
        {
            return false;
        }
        SymlinkSafeFileWriter.Write(file, Text);
        return true;
    }
}
