using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Workflows.Messages;

/// <summary>
/// Validates JSON against the message records. Returns the members that these records declare, under their declared names, and reports
/// everything else as an error.
/// </summary>
internal sealed class WorkflowMessageValidator(MessageValidationFaultCollector faults)
{
    /// <summary>Maximum length of a string in characters, unless another limit is declared.</summary>
    private const int MostCharacters = 100_000;

    /// <summary>Maximum value of a count, unless another limit is declared. This limit prevents sums from overflowing.</summary>
    private const long MostCount = 10_000_000;
    private const long MostLong = 1_000_000_000_000_000;
    private static readonly TimeSpan MostTime = TimeSpan.FromDays(3650);

    /// <summary>Latest accepted time. Timers can't be set for later times.</summary>
    private static readonly DateTimeOffset LastTime = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>True if a member is read from JSON and not only written to JSON.</summary>
    public static bool IsRead(JsonPropertyInfo property) => property.Set is not null || property.AssociatedParameter is not null;

    /// <summary>Converts a received value to JSON for the target type.</summary>
    /// <param name="value">Value as received.</param>
    /// <param name="type">Type that the JSON must fit.</param>
    /// <param name="path">Path of the value, for messages; empty for the whole argument.</param>
    /// <param name="rules">Attributes that limit the value, or null if there are none.</param>
    public JsonNode? ConvertValue(JsonElement value, Type type, string path, ICustomAttributeProvider? rules)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(JsonElement))
        {
            return AcceptUnparsed(value, path);
        }
        if (type == typeof(Reason))
        {
            return ConvertReason(value, path);
        }
        if (type == typeof(VerbatimQuote))
        {
            return ConvertScalar(value, typeof(string), path, rules);
        }
        var info = WorkflowMessageTypeDescriber.Strict.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => ConvertObject(value, info, path),
            JsonTypeInfoKind.Enumerable => ConvertList(value, info, path),
            JsonTypeInfoKind.Dictionary => ConvertDictionary(value, info, path),
            _ => ConvertScalar(value, type, path, rules),
        };
    }

    /// <summary>Accepts JSON that other code parses later. Reports an error only if the content can't be serialized again.</summary>
    private JsonNode? AcceptUnparsed(JsonElement value, string path)
    {
        try
        {
            return JsonNode.Parse(JsonSerializer.SerializeToUtf8Bytes(value));
        }
        catch (Exception broken) when (broken is InvalidOperationException or ArgumentException or JsonException)
        {
            faults.Add($"{MessageValidationFaultCollector.Name(path)} contains text with broken characters");
            return null;
        }
    }

    /// <summary>Converts the reason for a state. The reason's kind determines which members are allowed.</summary>
    private JsonNode? ConvertReason(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return AddTypeFault(path, "an object", value);
        }
        var kinds = value
            .EnumerateObject()
            .Where(member => WorkflowArgumentStringReader.NameOf(member) == StatusReasonJsonConverter.KindMember)
            .ToList();
        var kind =
            kinds is [var only] && only.Value.ValueKind == JsonValueKind.String ? WorkflowArgumentStringReader.TextOf(only.Value) : null;
        if (kind is null || StatusReasonJsonConverter.TypeOf(kind) is not { } type)
        {
            faults.Add(
                $"{MessageValidationFaultCollector.Name(Join(path, StatusReasonJsonConverter.KindMember))} is not a known kind of reason"
            );
            return null;
        }
        var facts = new JsonObject();
        foreach (
            var member in value
                .EnumerateObject()
                .Where(member => WorkflowArgumentStringReader.NameOf(member) is not (null or StatusReasonJsonConverter.KindMember))
        )
        {
            facts.TryAdd(member.Name, JsonNode.Parse(member.Value.GetRawText()));
        }
        var taken = ConvertObject(JsonSerializer.SerializeToElement(facts), WorkflowMessageTypeDescriber.Strict.GetTypeInfo(type), path);
        if (taken is JsonObject reason)
        {
            reason[StatusReasonJsonConverter.KindMember] = kind;
        }
        return taken;
    }

    private JsonNode? ConvertObject(JsonElement value, JsonTypeInfo info, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return AddTypeFault(path, "an object", value);
        }
        var known = info.Properties.Where(IsRead).ToList();
        var result = new JsonObject();
        foreach (var member in value.EnumerateObject())
        {
            var name = WorkflowArgumentStringReader.NameOf(member);
            var property = info.Properties.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase));
            var at = Join(path, property?.Name ?? name ?? "?");
            if (property is null)
            {
                faults.Add(
                    $"{MessageValidationFaultCollector.Name(at)} is unknown; known are {string.Join(", ", known.Select(p => p.Name))}"
                );
            }
            else if (result.ContainsKey(property.Name))
            {
                faults.Add($"{MessageValidationFaultCollector.Name(at)} is given twice");
            }
            else if (known.Contains(property))
            {
                ConvertMember(result, property, member.Value, at);
            }
        }
        foreach (var missing in known.Where(p => p.IsRequired && !result.ContainsKey(p.Name)))
        {
            faults.Add($"{MessageValidationFaultCollector.Name(Join(path, missing.Name))} is missing");
        }
        return result;
    }

    private void ConvertMember(JsonObject result, JsonPropertyInfo property, JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            // Many clients write null for an omitted member.
            var type = property.PropertyType;
            if (property.IsSetNullable && (!type.IsValueType || Nullable.GetUnderlyingType(type) is not null))
            {
                result.Add(property.Name, null);
            }
        }
        else
        {
            var isOwn = property.CustomConverter is not null;
            var rules = property.AttributeProvider;
            result.Add(property.Name, isOwn ? JsonNode.Parse(value.GetRawText()) : ConvertValue(value, property.PropertyType, path, rules));
        }
    }

    private JsonNode? ConvertList(JsonElement value, JsonTypeInfo info, string path)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return AddTypeFault(path, "a list", value);
        }
        var result = new JsonArray();
        foreach (var item in value.EnumerateArray())
        {
            result.Add(ConvertItem(item, info, $"{path}[{result.Count}]"));
        }
        return result;
    }

    private JsonNode? ConvertDictionary(JsonElement value, JsonTypeInfo info, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return AddTypeFault(path, "an object", value);
        }
        var result = new JsonObject();
        foreach (var member in value.EnumerateObject())
        {
            var name = WorkflowArgumentStringReader.NameOf(member) ?? "?";
            if (result.ContainsKey(name))
            {
                faults.Add($"{MessageValidationFaultCollector.Name(Join(path, name))} is given twice");
            }
            else
            {
                result.Add(name, ConvertItem(member.Value, info, Join(path, name)));
            }
        }
        return result;
    }

    private JsonNode? ConvertItem(JsonElement value, JsonTypeInfo info, string path) =>
        value.ValueKind == JsonValueKind.Null
            ? AddTypeFault(path, WorkflowMessageTypeDescriber.KindOf(info.ElementType!), value)
            : ConvertValue(value, info.ElementType!, path, rules: null);

    private JsonNode? ConvertScalar(JsonElement value, Type type, string path, ICustomAttributeProvider? rules)
    {
        object? read = null;
        if (type == typeof(string))
        {
            read = WorkflowArgumentStringReader.TextOf(value);
        }
        else if (type == typeof(bool))
        {
            read = value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => null,
            };
        }
        else if (value.ValueKind == JsonValueKind.Number)
        {
            read = NumberOf(value, type);
        }
        else if (type == typeof(DateTimeOffset) && value.ValueKind == JsonValueKind.String)
        {
            read =
                WorkflowArgumentStringReader.TextOf(value) is not null && value.TryGetDateTimeOffset(out var time) && time < LastTime
                    ? time
                    : null;
        }
        else if (type == typeof(TimeSpan))
        {
            read = TimeOf(value);
        }
        else if (type.IsEnum)
        {
            read =
                WorkflowArgumentStringReader.TextOf(value) is { } name
                && WorkflowMessageTypeDescriber.EnumNames(type).Contains(name, StringComparer.OrdinalIgnoreCase)
                    ? name
                    : null;
        }
        if (read is null)
        {
            return AddTypeFault(path, WorkflowMessageTypeDescriber.KindOf(type), value);
        }
        Check(read, path, rules);
        return JsonNode.Parse(value.GetRawText());
    }

    private static TimeSpan? TimeOf(JsonElement value) =>
        TimeSpan.TryParseExact(WorkflowArgumentStringReader.TextOf(value), "c", CultureInfo.InvariantCulture, out var time)
        && time >= TimeSpan.Zero
        && time <= MostTime
            ? time
            : null;

    private static object? NumberOf(JsonElement value, Type type) =>
        Type.GetTypeCode(type) switch
        {
            TypeCode.Int32 => value.TryGetInt32(out var whole) ? whole : null,
            TypeCode.Int64 => value.TryGetInt64(out var big) && Math.Abs((decimal)big) <= MostLong ? big : null,
            TypeCode.Decimal => value.TryGetDecimal(out var exact) && Math.Abs(exact) <= MostLong ? exact : null,
            TypeCode.Double => value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null,
            _ => null,
        };

    /// <summary>Checks a value against its declared limits.</summary>
    public void Check(object value, string path, ICustomAttributeProvider? rules)
    {
        var limits = (rules?.GetCustomAttributes(typeof(ValidationAttribute), inherit: true) ?? []).Cast<ValidationAttribute>().ToList();
        if (value is string { Length: > MostCharacters } && !limits.OfType<StringLengthAttribute>().Any())
        {
            limits.Add(new StringLengthAttribute(MostCharacters));
        }
        if (value is int && !limits.OfType<RangeAttribute>().Any())
        {
            limits.Add(new RangeAttribute(-MostCount, MostCount));
        }
        if (value is string text && text.Contains('\0', StringComparison.Ordinal))
        {
            faults.Add($"{MessageValidationFaultCollector.Name(path)} contains a NUL character");
        }
        foreach (var limit in limits.Where(l => !l.IsValid(value)))
        {
            faults.Add(
                $"{MessageValidationFaultCollector.Name(path)} "
                    + $"{WorkflowArgumentStringReader.Describe(limit, string.Create(CultureInfo.InvariantCulture, $"{value}"))}"
            );
        }
    }

    private JsonNode? AddTypeFault(string path, string wanted, JsonElement value)
    {
        var found = value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.Null => "null",
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => WorkflowArgumentStringReader.TextOf(value) is { } text
                ? MessageValidationFaultCollector.Quote(text)
                : "a string with broken characters",
        };
        faults.Add(
            $"{MessageValidationFaultCollector.Name(path)} must be {wanted}; it is "
                + $"{(found.Length > 80 ? "a number with very many digits" : found)}"
        );
        return null;
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
