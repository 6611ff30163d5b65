namespace Orchestrator.Runs.Loading;

/// <summary>The file of a project's named texts: tasks list names in <c>context_keys</c> and get the texts in their prompts.</summary>
/// <param name="file">Path of <c>.orchestrator/context.json</c>.</param>
public sealed class ContextStore(string file)
{
    /// <summary>All texts by name, sorted.</summary>
    /// <exception cref="InvalidDataException">The file is no mapping of names to texts.</exception>
    public IReadOnlyDictionary<string, string> Read() => File.Exists(file) ? ReadFile() : new Dictionary<string, string>();

    private IReadOnlyDictionary<string, string> ReadFile()
    {
        try
        {
            return ProjectContext.Read(File.ReadAllBytes(file));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file} is no mapping of names to texts (line {e.LineNumber + 1}). Correct or remove it.", e);
        }
    }

    /// <summary>Sets a text, or removes it when <paramref name="text"/> is null. A crash in the middle leaves the old file.</summary>
    public void Set(string name, string? text)
    {
        var texts = Read().ToDictionary();
        if (text is null)
        {
            texts.Remove(name);
        }
        else
        {
            texts[name] = text;
        }
        DurableFile.Write(file, ProjectContext.Write(texts));
    }
}
