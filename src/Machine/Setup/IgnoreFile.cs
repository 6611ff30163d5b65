using System.Text;

namespace Orchestrator.Machine.Setup;

/// <summary>The <c>.gitignore</c> of our folder: configuration, roles and tasks are to be committed, everything else is not.</summary>
public static class IgnoreFile
{
    private static readonly string Text =
        "# Made by orchestrate: only what is named here belongs into commits.\n*\n"
        + string.Concat(OwnFolder.Committed.Select(entry => entry.EndsWith('/') ? $"!{entry}\n!{entry}**\n" : $"!{entry}\n"));

    /// <summary>Names a file in one that an earlier version made, so that git takes it.</summary>
    /// <param name="folder">The <c>.orchestrator</c> folder.</param>
    /// <param name="entry">One of <see cref="OwnFolder.Committed"/>.</param>
    public static void Allow(string folder, string entry)
    {
        var file = Path.Combine(folder, ".gitignore");
        if (SmallFile.TryRead(file) is not { } content)
        {
            return;
        }
        var lines = Encoding.UTF8.GetString(content).Split('\n');
        if (lines[0] == Text.Split('\n')[0] && !lines.Contains("!" + entry))
        {
            OwnFile.Write(file, string.Join('\n', lines).TrimEnd('\n') + $"\n!{entry}\n");
        }
    }

    /// <summary>Writes it where it is missing. True when it was written.</summary>
    /// <param name="folder">The <c>.orchestrator</c> folder.</param>
    public static bool Ensure(string folder)
    {
        if (Path.GetFileName(folder) != OwnFolder.Name)
        {
            return false;
        }
        OwnFolder.Ensure(folder);
        var file = Path.Combine(folder, ".gitignore");
        if (File.Exists(file))
        {
            return false;
        }
        OwnFile.Write(file, Text);
        return true;
    }
}
