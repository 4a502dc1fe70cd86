namespace SseFunctions.Hub.Tokens;

/// <summary>One entry of the <c>topics</c> of an <see cref="AuthorizationDetail"/>.</summary>
/// <param name="Match">What topics are compared with. <c>*</c> stands for every topic, whatever the type.</param>
/// <param name="Type">How topics are compared with the text.</param>
internal readonly record struct TopicGrant(string Match, GrantType Type);
