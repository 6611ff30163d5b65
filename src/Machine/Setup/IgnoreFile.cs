namespace Orchestrator.Machine.Setup;

/// <summary>The <c>.gitignore</c> of our folder: configuration, roles and tasks are to be committed, everything else is not.</summary>
public static class IgnoreFile
{
    private static readonly string Text =
        "# Made by orchestrate: only what is named here belongs into commits.\n*\n"
        + string.Concat(OwnFolder.Committed.Select(entry => entry.EndsWith('/') ? $"!{entry}\n!{entry}**\n" : $"!{entry}\n"));

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
