using System.ComponentModel.DataAnnotations;
using System.Text;

namespace Orchestrator.Messages;

/// <summary>
/// Validates a string that becomes a workflow id or task queue name. Without this check, the server would reject the string later, and the
/// workflow could not continue.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class ValidTemporalIdentifierAttribute() : ValidationAttribute("must be 1 to 1000 bytes long, without control characters")
{
    /// <summary>Maximum length of an identifier in bytes, which is the server's default (<c>limit.maxIDLength</c>).</summary>
    private const int MostBytes = 1000;

    /// <inheritdoc/>
    public override bool IsValid(object? value) =>
        value is null
        || (value is string { Length: > 0 } text && !text.Any(char.IsControl) && Encoding.UTF8.GetByteCount(text) <= MostBytes);
}
