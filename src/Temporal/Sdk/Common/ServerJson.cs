using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Temporalio.Common;

/// <summary>
/// JSON that a server reads itself, not only hands on. It is written without escapes that JSON does not ask for: a real server takes the
/// time of a search attribute as it stands between the quotes, and refuses one whose plus sign is <c>\u002B</c>.
/// </summary>
internal static class ServerJson
{
    public static JsonSerializerOptions Options { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
}
