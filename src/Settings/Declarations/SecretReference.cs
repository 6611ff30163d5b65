using System.Text.Json.Serialization;

namespace Orchestrator.Settings;

/// <summary>A reference to a secret. The secret itself is never part of the settings.</summary>
/// <param name="Variable">Name of the environment variable that contains the secret, or null if a file contains it.</param>
/// <param name="File">Path of the file that contains the secret, or null if a variable contains it.</param>
public sealed record SecretReference(
    [property: JsonPropertyName("variable")] string? Variable,
    [property: JsonPropertyName("file")] string? File
)
{
    /// <summary>Returns the secret, or null if the environment variable that the reference names is not set.</summary>
    /// <param name="variables">Returns the value of a variable, or null if it is not set.</param>
    /// <param name="readFile">Returns the text of a file.</param>
    public string? Resolve(Func<string, string?> variables, Func<string, string> readFile) =>
        Variable is not null ? variables(Variable)
        : File is not null ? readFile(File).Trim()
        : null;

    /// <summary>Formats the reference as in a configuration file: <c>$NAME</c> or <c>file:PATH</c>.</summary>
    public override string ToString() => Variable is not null ? "$" + Variable : "file:" + File;
}
