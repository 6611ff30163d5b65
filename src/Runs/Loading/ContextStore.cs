namespace Orchestrator.Runs.Loading;

/// <summary>The file with a project's named context texts. Tasks list names in <c>context_keys</c> and get the texts in their
/// prompts.</summary>
/// <param name="file">Path of <c>.orchestrator/context.json</c>.</param>
public sealed class ContextStore(string file)
{
    /// <summary>Reads all texts, sorted by name.</summary>
    /// <exception cref="InvalidDataException">The file is not a mapping of names to strings.</exception>
    public IReadOnlyDictionary<string, string> Read() => File.Exists(file) ? ReadFile() : new Dictionary<string, string>();

    private IReadOnlyDictionary<string, string> ReadFile()
    {
        try
        {
            return ProjectContext.Read(File.ReadAllBytes(file));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{file} is not a mapping of names to strings (line {e.LineNumber + 1}). Correct or remove " + "it.",
                e
            );
        }
    }

    /// <summary>Sets a text, or removes it if <paramref name="text"/> is null. A crash during the write leaves the old file
    /// intact.</summary>
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
