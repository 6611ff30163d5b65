using System.Text.Json.Serialization;

namespace Orchestrator.Settings;

/// <summary>Reference to a secret; the secret itself is never part of the settings.</summary>
/// <param name="Variable">Name of the environment variable with the secret, or null.</param>
/// <param name="File">Path of the file that holds it, or null.</param>
public sealed record SecretReference(
    [property: JsonPropertyName("variable")] string? Variable,
    [property: JsonPropertyName("file")] string? File
)
{
    /// <summary>The secret, or null where the variable is not set.</summary>
    /// <param name="variables">Gives a variable's value, or null.</param>
    /// <param name="readFile">Gives a file's text.</param>
    public string? Resolve(Func<string, string?> variables, Func<string, string> readFile) =>
        Variable is not null ? variables(Variable)
        : File is not null ? readFile(File).Trim()
        : null;

    /// <summary>The reference as a configuration file has it: <c>$NAME</c> or <c>file:PATH</c>.</summary>
    public override string ToString() => Variable is not null ? "$" + Variable : "file:" + File;
}
